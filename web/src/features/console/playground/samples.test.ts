import { describe, expect, it } from "vitest";
import { type Body, bodyOf, draftOf, EMPTY } from "./draft";
import { sampleOf } from "./samples";

const BASE = "https://ai.example.org/v1";

const HARD: Body = {
  model: "default",
  instructions: `It's "quoted", \\ back, $HOME \`x\` and\nJSON\nlines`,
  input: [
    { role: "user", content: "مرحبا 🌙" },
    { role: "assistant", content: "" },
  ],
  temperature: 0,
  tools: [{ type: "function", name: "f", parameters: { type: "object", properties: {} }, strict: true }],
  text: {
    format: { type: "json_schema", name: "reply", schema: { enum: [null, false, 1e-7] }, strict: true },
  },
  enable_thinking: false,
  stream: true,
};

/** Reads a Python literal as our own writer makes them: JSON, but for three words and the last comma. */
function fromPython(literal: string): unknown {
  const json = literal.replace(
    /("(?:[^"\\]|\\.)*")|\bTrue\b|\bFalse\b|\bNone\b|,(?=\s*[\]}])/g,
    (found, text) => {
      if (text) return text;
      return { True: "true", False: "false", None: "null" }[found as string] ?? "";
    },
  );
  return JSON.parse(json);
}

function pythonArguments(code: string): Body {
  const call = /create\(\n([\s\S]*?)\n\)\n/.exec(code)?.[1] ?? "";
  const body: Body = {};
  for (const part of call.split(/\n(?= {4}\w+=)/)) {
    const [, name, literal] = /^ {4}(\w+)=([\s\S]*),$/.exec(part) ?? [];
    if (name && literal) body[name] = fromPython(literal);
  }
  const { extra_body, ...rest } = body;
  return { ...rest, ...(extra_body as Body | undefined) };
}

describe("code samples", () => {
  it("send the very body in curl, whatever is in it", () => {
    const code = sampleOf("curl", BASE, HARD);
    const [, document] = /<<'JSON'\n([\s\S]*?)\nJSON\n/.exec(code) ?? [];
    expect(JSON.parse(document ?? "")).toEqual(HARD);
    expect(code).toContain(`curl ${BASE}/responses`);
  });

  it("send the very body in JavaScript", () => {
    const code = sampleOf("javascript", BASE, HARD);
    const [, literal] = /responses\.create\((\{[\s\S]*?\n\})\);/.exec(code) ?? [];
    expect(JSON.parse(literal ?? "")).toEqual(HARD);
  });

  it("send the very body in Python, with what the client does not name in extra_body", () => {
    const code = sampleOf("python", BASE, HARD);
    expect(pythonArguments(code)).toEqual(HARD);
    expect(code).toContain('extra_body={\n        "enable_thinking": False,\n    },');
  });

  it("never hold a key", () => {
    for (const language of ["python", "javascript", "curl"] as const) {
      expect(sampleOf(language, BASE, HARD)).toContain("EARTHSHINE_KEY");
    }
  });
});

describe("the playground's fields", () => {
  it("make a request that makes the same fields", () => {
    const draft = {
      ...EMPTY,
      instructions: "Be short.",
      messages: [
        { role: "user" as const, content: "Hi" },
        { role: "assistant" as const, content: "Hello" },
        { role: "user" as const, content: "Again" },
      ],
      temperature: "0.5",
      reasoning_effort: "low",
      other: JSON.stringify({ metadata: { a: "1" } }, null, 2),
    };
    const { body, faults } = bodyOf(draft);
    expect(faults).toEqual({});
    expect(draftOf(body)).toEqual(draft);
  });

  it("lose nothing of a request that has no field for it", () => {
    const request = {
      model: "m",
      input: [{ role: "user", content: [{ type: "input_image", image_url: "https://example.org/a.png" }] }],
      text: { format: { type: "json_schema", name: "other", schema: {} } },
      reasoning: { effort: "low", summary: "auto" },
      previous_response_id: "resp_1",
    };
    expect(bodyOf(draftOf(request)).body).toEqual(request);
  });

  it("name what is wrong, and send nothing made up", () => {
    const { body, faults } = bodyOf({ ...EMPTY, temperature: "warm", tools: "{}", schema: "[", other: "1" });
    expect(faults).toEqual({
      temperature: "fault_number",
      tools: "fault_list",
      schema: "fault_json",
      other: "fault_object",
      messages: "fault_empty",
    });
    expect(body).toEqual({ model: "default" });
  });
});
