// /// script
// [tool.earthshine]
// client = "Vercel AI SDK"
// api = "Responses, chat"
// npm = ["ai@6.0.326", "@ai-sdk/openai@3.0.141", "@ai-sdk/openai-compatible@2.0.92", "zod@4"]
// ///
// The AI SDK by its provider for OpenAI (both APIs) and by the one for what is compatible.
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { embed, generateObject, generateText, stepCountIs, streamText, tool } from 'ai'
import { z } from 'zod'
import { ANN, ASK, apiKey, baseURL, check, DEGREES, HELLO, model, textOf } from './_check.mjs'

const Person = z.object({ name: z.string(), age: z.number() })
const openai = createOpenAI({ baseURL, apiKey })
const compatible = { name: 'earthshine', baseURL, apiKey, supportsStructuredOutputs: true }
const ways = {
  responses: openai(model),
  chat: openai.chat(model),
  compatible: createOpenAICompatible(compatible)(model),
}
const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: async () => DEGREES })
for (const [way, using] of Object.entries(ways)) {
  await check(`${way} plain`, async () => (await generateText({ model: using, prompt: HELLO })).text.length > 0)
  await check(`${way} stream`, async () => {
    const { textStream } = streamText({ model: using, prompt: HELLO })
    return (await textOf(textStream, (piece) => piece)).length > 0
  })
  await check(`${way} tools`, async () => {
    const said = await generateText({ model: using, prompt: ASK, tools: { weather }, stopWhen: stepCountIs(2) })
    return said.text.includes(DEGREES)
  })
  await check(`${way} structured`, async () => {
    const said = await generateObject({ model: using, prompt: ANN, schema: Person })
    return Person.safeParse(said.object).success
  })
}
await check('embeddings', async () => {
  const said = await embed({ model: openai.textEmbeddingModel('default-embedding'), value: 'hello' })
  return said.embedding.length > 100
})
