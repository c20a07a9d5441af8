// /// script
// [tool.earthshine]
// client = "Anthropic SDK (JavaScript)"
// api = "Anthropic"
// npm = ["@anthropic-ai/sdk@1.10.0", "zod@4"]
// ///
// Anthropic's official SDK: baseURL ends in /anthropic.
import Anthropic from '@anthropic-ai/sdk'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import { z } from 'zod'
import { ANN, ASK, apiKey, check, DEGREES, HELLO, model, origin } from './_check.mjs'

const client = new Anthropic({ baseURL: `${origin}/anthropic`, apiKey, maxRetries: 0 })
const said = (content, more) => ({ model, max_tokens: 500, messages: [{ role: 'user', content }], ...more })
await check('plain', async () => (await client.messages.create(said(HELLO))).content[0].text.length > 0)
await check('stream', async () => {
  const stream = client.messages.stream(said(HELLO))
  let text = ''
  stream.on('text', (piece) => {
    text += piece
  })
  await stream.finalMessage()
  return text.length > 0
})
await check('tools', async () => {
  const input_schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  const asked = said(ASK, { tools: [{ name: 'weather', description: 'The weather.', input_schema }] })
  const made = await client.messages.create(asked)
  const call = made.content.find((block) => block.type === 'tool_use')
  const result = { type: 'tool_result', tool_use_id: call.id, content: DEGREES }
  const more = [
    { role: 'assistant', content: made.content },
    { role: 'user', content: [result] },
  ]
  const again = await client.messages.create({ ...asked, messages: [...asked.messages, ...more] })
  return again.stop_reason === 'end_turn'
})
await check('structured', async () => {
  const format = zodOutputFormat(z.object({ name: z.string(), age: z.number() }))
  const told = await client.messages.parse(said(ANN, { output_config: { format } }))
  return typeof told.parsed_output.age === 'number'
})
