/** Programs that make exactly a request that was made here. */
import type { Body } from "./draft";

export type Language = "python" | "javascript" | "curl";
export const LANGUAGES: readonly Language[] = ["python", "javascript", "curl"];

/** The parameters that the official Python client names; all others travel in `extra_body`. */
const NAMED = new Set([
  "background",
  "conversation",
  "include",
  "input",
  "instructions",
  "max_output_tokens",
  "max_tool_calls",
  "metadata",
  "model",
  "parallel_tool_calls",
  "previous_response_id",
  "prompt",
  "prompt_cache_key",
  "reasoning",
  "safety_identifier",
  "service_tier",
  "store",
  "stream",
  "stream_options",
  "temperature",
  "text",
  "tool_choice",
  "tools",
  "top_logprobs",
  "top_p",
  "truncation",
  "user",
]);

/**
 * A whole program that sends `body` to the API at `base` and shows the reply.
 *
 * The key is left to the environment variable EARTHSHINE_KEY, so that a sample can be shared.
 */
export function sampleOf(language: Language, base: string, body: Body): string {
  if (language === "python") return python(base, body);
  if (language === "javascript") return javascript(base, body);
  return curl(base, body);
}

function python(base: string, body: Body): string {
  const named = Object.entries(body).filter(([name]) => NAMED.has(name));
  const extra = Object.fromEntries(Object.entries(body).filter(([name]) => !NAMED.has(name)));
  if (Object.keys(extra).length > 0) named.push(["extra_body", extra]);
  const args = named.map(([name, value]) => `    ${name}=${pythonLiteral(value, 1)},`).join("\n");
  const call = `client.responses.create(\n${args}\n)`;
  const use =
    body.stream === true
      ? `stream = ${call}\nfor event in stream:\n    if event.type == "response.output_text.delta":\n        print(event.delta, end="", flush=True)\nprint()`
      : `response = ${call}\nprint(response.output_text)`;
  return `import os

from openai import OpenAI

client = OpenAI(base_url=${JSON.stringify(base)}, api_key=os.environ["EARTHSHINE_KEY"])

${use}
`;
}

/** JSON as Python writes it. JSON's strings are Python's: every escape of one is an escape of the other. */
function pythonLiteral(value: unknown, depth: number): string {
  const inner = "    ".repeat(depth + 1);
  const outer = "    ".repeat(depth);
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((each) => `${inner}${pythonLiteral(each, depth + 1)},`).join("\n")}\n${outer}]`;
  }
  if (typeof value === "object") {
    const entries = Object.entries(value);
    if (entries.length === 0) return "{}";
    const lines = entries.map(
      ([name, each]) => `${inner}${JSON.stringify(name)}: ${pythonLiteral(each, depth + 1)},`,
    );
    return `{\n${lines.join("\n")}\n${outer}}`;
  }
  return JSON.stringify(value);
}

function javascript(base: string, body: Body): string {
  const call = `await client.responses.create(${JSON.stringify(body, null, 2)})`;
  const use =
    body.stream === true
      ? `const stream = ${call};
for await (const event of stream) {
  if (event.type === "response.output_text.delta") process.stdout.write(event.delta);
}
console.log();`
      : `const response = ${call};\nconsole.log(response.output_text);`;
  return `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${JSON.stringify(base)}, apiKey: process.env.EARTHSHINE_KEY });

${use}
`;
}

/** The body stands in a here-document, in which a shell changes nothing; no line of JSON is the word that ends it. */
function curl(base: string, body: Body): string {
  return `curl ${base}/responses${body.stream === true ? " --no-buffer" : ""} \\
  -H "Authorization: Bearer $EARTHSHINE_KEY" \\
  -H "Content-Type: application/json" \\
  -d @- <<'JSON'
${JSON.stringify(body, null, 2)}
JSON
`;
}
