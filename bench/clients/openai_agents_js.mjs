// /// script
// [tool.earthshine]
// client = "OpenAI Agents SDK (JavaScript)"
// api = "Responses, chat"
// npm = ["@openai/agents@0.20.0", "zod@4"]
// ///
// OpenAI's Agents SDK; the environment is enough.
import { Agent, run, setOpenAIAPI, setTracingDisabled, tool } from '@openai/agents'
import { z } from 'zod'
import { ANN, ASK, check, DEGREES, HELLO, model, textOf } from './_check.mjs'

setTracingDisabled(true)
const Person = z.object({ name: z.string(), age: z.number() })
const weather = tool({
  name: 'weather',
  description: 'The weather in a city now.',
  parameters: z.object({ city: z.string() }),
  execute: async () => DEGREES,
})
for (const way of ['responses', 'chat_completions']) {
  setOpenAIAPI(way)
  const agent = (more) => new Agent({ name: 'a', model, ...more })
  await check(`${way} plain`, async () => (await run(agent(), HELLO)).finalOutput.length > 0)
  await check(`${way} stream`, async () => {
    const said = await run(agent(), HELLO, { stream: true })
    return (await textOf(said.toTextStream(), (piece) => piece)).length > 0
  })
  await check(`${way} tools`, async () => (await run(agent({ tools: [weather] }), ASK)).finalOutput.includes(DEGREES))
  await check(
    `${way} structured`,
    async () => Person.safeParse((await run(agent({ outputType: Person }), ANN)).finalOutput).success,
  )
}
