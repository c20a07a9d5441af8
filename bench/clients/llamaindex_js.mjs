// /// script
// [tool.earthshine]
// client = "LlamaIndex.TS"
// api = "chat"
// npm = ["@llamaindex/openai@0.4.23", "llamaindex@0.12.1", "@llamaindex/workflow", "zod"]
// ///
// LlamaIndex.TS: openai with a baseURL.
import { openai } from '@llamaindex/openai'
import { agent } from '@llamaindex/workflow'
import { tool } from 'llamaindex'
import { z } from 'zod'
import { ANN, ASK, apiKey, baseURL, check, DEGREES, HELLO, model, textOf } from './_check.mjs'

const llm = openai({ model, apiKey, baseURL, maxRetries: 0 })
const messages = [{ role: 'user', content: HELLO }]
await check('plain', async () => (await llm.chat({ messages })).message.content.length > 0)
await check('stream', async () => {
  const pieces = await llm.chat({ messages, stream: true })
  return (await textOf(pieces, (piece) => piece.delta)).length > 0
})
await check('tools', async () => {
  const parameters = z.object({ city: z.string() })
  const weather = tool(() => DEGREES, { name: 'weather', description: 'The weather in a city.', parameters })
  const said = await agent({ llm, tools: [weather] }).run(ASK)
  return String(said.data.result).includes(DEGREES)
})
await check('structured', async () => {
  const responseFormat = z.object({ name: z.string(), age: z.number() })
  const said = await llm.chat({ messages: [{ role: 'user', content: ANN }], responseFormat })
  return responseFormat.safeParse(JSON.parse(said.message.content)).success
})
