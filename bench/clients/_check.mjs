// What every JavaScript client's script shares: where the server is, what to ask, and how a result is printed.
export const baseURL = process.env.OPENAI_BASE_URL
export const origin = baseURL.replace(/\/v1$/, '')
export const apiKey = process.env.OPENAI_API_KEY
export const model = process.env.EARTHSHINE_BENCH_MODEL ?? 'scripted'
export const DEGREES = '18 C and sunny'
export const HELLO = 'Say hello.'
export const ANN = 'Ann is 30 years old. Extract.'
export const ASK =
  model === 'scripted'
    ? '!script {"tool_calls":[{"name":"weather","arguments":{"city":"Paris"}}]}'
    : 'What is the weather in Paris? Use the weather tool once.'

// Runs one exchange and prints whether it came to its end; false is a failure.
export async function check(name, run) {
  let result = { check: name, ok: true }
  try {
    if ((await run()) === false) throw new Error('not as expected')
  } catch (error) {
    result = { check: name, ok: false, why: String(error).slice(0, 300) }
  }
  console.log(`\n${JSON.stringify(result)}`)
}

// Says that a client has no such exchange, and why.
export function absent(name, why) {
  console.log(`\n${JSON.stringify({ check: name, ok: null, why })}`)
}

export async function textOf(pieces, read) {
  let text = ''
  for await (const piece of pieces) text += read(piece) ?? ''
  return text
}
