// /// script
// [tool.earthshine]
// client = "OpenAI SDK (JavaScript)"
// api = "Responses, chat"
// npm = ["openai@6.49.0", "zod@4"]
// ///
// The official SDK; the environment is enough.
import OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { z } from 'zod'
import { ANN, ASK, check, DEGREES, HELLO, model, textOf } from './_check.mjs'

const client = new OpenAI({ maxRetries: 0 })
const say = (content) => [{ role: 'user', content }]
await check('plain', async () => (await client.responses.create({ model, input: HELLO })).output_text.length > 0)
await check('stream', async () => {
  const chunks = await client.chat.completions.create({ model, messages: say(HELLO), stream: true })
  return (await textOf(chunks, (chunk) => chunk.choices[0]?.delta.content)).length > 0
})
await check('tools', async () => {
  const weather = {
    type: 'function',
    function: {
      name: 'weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
      parse: JSON.parse,
      function: () => DEGREES,
    },
  }
  const runner = client.chat.completions.runTools({ model, messages: say(ASK), tools: [weather] })
  return (await runner.finalContent()).includes(DEGREES)
})
await check('structured', async () => {
  const format = zodResponseFormat(z.object({ name: z.string(), age: z.number() }), 'person')
  const said = await client.chat.completions.parse({ model, messages: say(ANN), response_format: format })
  return said.choices[0].message.parsed !== null
})
