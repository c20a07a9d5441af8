// The official npm SDK, the Vercel AI SDK (both providers) and LangChain.js. What they need is OPENAI_BASE_URL and a key.
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { ChatOpenAI } from '@langchain/openai'
import { embed, generateObject, generateText, stepCountIs, streamText, tool } from 'ai'
import OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { z } from 'zod'

const baseURL = process.env.OPENAI_BASE_URL
const apiKey = process.env.OPENAI_API_KEY
const model = process.env.EARTHSHINE_BENCH_MODEL ?? 'scripted'
const DEGREES = '18 C and sunny'
const HELLO = 'Say hello.'
const ASK =
  model === 'scripted'
    ? '!script {"tool_calls":[{"name":"weather","arguments":{"city":"Paris"}}]}'
    : 'What is the weather in Paris? Use the weather tool once.'
const Person = z.object({ name: z.string(), age: z.number() })

async function check(client, name, run) {
  let result = { client, check: name, ok: true }
  try {
    if ((await run()) === false) throw new Error('not as expected')
  } catch (error) {
    result = { ...result, ok: false, error: String(error).slice(0, 400) }
  }
  console.log(JSON.stringify(result))
}

const own = new OpenAI({ maxRetries: 0 })
const messages = [{ role: 'user', content: HELLO }]
await check('openai (npm)', 'plain', async () => {
  const said = await own.responses.create({ model, input: HELLO })
  return said.output_text.length > 0
})
await check('openai (npm)', 'stream', async () => {
  let text = ''
  for await (const chunk of await own.chat.completions.create({ model, messages, stream: true }))
    text += chunk.choices[0]?.delta.content ?? ''
  return text.length > 0
})
await check('openai (npm)', 'tools', async () => {
  const weather = {
    type: 'function',
    function: {
      name: 'weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
      parse: JSON.parse,
      function: () => DEGREES,
    },
  }
  const runner = own.chat.completions.runTools({ model, messages: [{ role: 'user', content: ASK }], tools: [weather] })
  return (await runner.finalContent()).includes(DEGREES)
})
await check('openai (npm)', 'structured', async () => {
  const said = await own.chat.completions.parse({
    model,
    messages: [{ role: 'user', content: 'Ann is 30.' }],
    response_format: zodResponseFormat(Person, 'person'),
  })
  return said.choices[0].message.parsed !== null
})

const provider = createOpenAI({ baseURL, apiKey })
const ways = {
  'ai + @ai-sdk/openai (Responses)': provider(model),
  'ai + @ai-sdk/openai (chat)': provider.chat(model),
  'ai + @ai-sdk/openai-compatible': createOpenAICompatible({
    name: 'earthshine',
    baseURL,
    apiKey,
    supportsStructuredOutputs: true,
  })(model),
}
const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: async () => DEGREES })
for (const [client, using] of Object.entries(ways)) {
  await check(client, 'plain', async () => (await generateText({ model: using, prompt: HELLO })).text.length > 0)
  await check(client, 'stream', async () => {
    let text = ''
    for await (const piece of streamText({ model: using, prompt: HELLO }).textStream) text += piece
    return text.length > 0
  })
  await check(client, 'tools', async () => {
    const said = await generateText({ model: using, prompt: ASK, tools: { weather }, stopWhen: stepCountIs(2) })
    return said.text.includes(DEGREES)
  })
  await check(client, 'structured', async () => {
    const said = await generateObject({ model: using, prompt: 'Ann is 30.', schema: Person })
    return Person.safeParse(said.object).success
  })
}
await check('ai + @ai-sdk/openai', 'embeddings', async () => {
  const said = await embed({ model: provider.textEmbeddingModel('default-embedding'), value: 'hello' })
  return said.embedding.length > 100
})

for (const useResponsesApi of [false, true]) {
  const client = `LangChain.js (${useResponsesApi ? 'Responses' : 'chat'})`
  const chat = new ChatOpenAI({ model, apiKey, configuration: { baseURL }, useResponsesApi, maxRetries: 0 })
  await check(client, 'plain', async () => (await chat.invoke(HELLO)).text.length > 0)
  await check(client, 'stream', async () => {
    let text = ''
    for await (const piece of await chat.stream(HELLO)) text += piece.text
    return text.length > 0
  })
  await check(client, 'structured', async () => {
    const said = await chat.withStructuredOutput(Person, { method: 'jsonSchema' }).invoke('Ann is 30.')
    return Person.safeParse(said).success
  })
}
