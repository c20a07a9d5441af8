// /// script
// [tool.earthshine]
// client = "Ollama (JavaScript)"
// api = "Ollama"
// npm = ["ollama@0.6.4"]
// ///
// Ollama's official client: host and the key as a header.
import { Ollama } from 'ollama'
import { ANN, ASK, apiKey, check, DEGREES, HELLO, model, origin, textOf } from './_check.mjs'

const client = new Ollama({ host: origin, headers: { authorization: `Bearer ${apiKey}` } })
const say = (content) => [{ role: 'user', content }]
await check('plain', async () => (await client.chat({ model, messages: say(HELLO) })).message.content.length > 0)
await check('stream', async () => {
  const pieces = await client.chat({ model, messages: say(HELLO), stream: true })
  return (await textOf(pieces, (piece) => piece.message.content)).length > 0
})
await check('tools', async () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  const tools = [{ type: 'function', function: { name: 'weather', description: 'The weather.', parameters } }]
  const made = await client.chat({ model, messages: say(ASK), tools })
  if (made.message.tool_calls[0].function.arguments.city !== 'Paris') return false
  const more = [made.message, { role: 'tool', tool_name: 'weather', content: DEGREES }]
  return (await client.chat({ model, messages: [...say(ASK), ...more], tools })).message.content.includes(DEGREES)
})
await check('structured', async () => {
  const properties = { name: { type: 'string' }, age: { type: 'integer' } }
  const format = { type: 'object', properties, required: ['name', 'age'] }
  return 'age' in JSON.parse((await client.chat({ model, messages: say(ANN), format })).message.content)
})
