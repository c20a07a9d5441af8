// /// script
// [tool.earthshine]
// client = "LangChain.js"
// api = "chat, Responses"
// npm = ["@langchain/openai@1.5.8", "@langchain/core", "zod@4"]
// ///
// LangChain.js: ChatOpenAI with configuration.baseURL.
import { tool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import { z } from 'zod'
import { ANN, ASK, apiKey, baseURL, check, DEGREES, HELLO, model, textOf } from './_check.mjs'

const Person = z.object({ name: z.string(), age: z.number() })
const weather = tool(async () => DEGREES, { name: 'weather', schema: z.object({ city: z.string() }) })
for (const useResponsesApi of [false, true]) {
  const way = useResponsesApi ? 'responses' : 'chat'
  const chat = new ChatOpenAI({ model, apiKey, configuration: { baseURL }, useResponsesApi, maxRetries: 0 })
  await check(`${way} plain`, async () => (await chat.invoke(HELLO)).text.length > 0)
  await check(
    `${way} stream`,
    async () => (await textOf(await chat.stream(HELLO), (piece) => piece.text)).length > 0,
  )
  await check(`${way} tools`, async () => {
    const asked = [{ role: 'user', content: ASK }]
    const called = await chat.bindTools([weather]).invoke(asked)
    const result = await weather.invoke(called.tool_calls[0])
    return (await chat.invoke([...asked, called, result])).text.includes(DEGREES)
  })
  await check(`${way} structured`, async () => {
    const said = await chat.withStructuredOutput(Person, { method: 'jsonSchema' }).invoke(ANN)
    return Person.safeParse(said).success
  })
}
