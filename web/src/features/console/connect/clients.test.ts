import { describe, expect, it } from "vitest";
import { CLIENTS, KINDS, setupOf } from "./clients";

const LANGUAGES = ["en", "ar", "fr", "zh"] as const;

describe("setupOf", () => {
  it.each(CLIENTS.map((each) => [each.id, each] as const))(
    "fills in %s whole, in each language",
    (_, client) => {
      for (const language of LANGUAGES) {
        const setup = setupOf(client, "https://here.example/v1", "sk-1", "qwen3", language);
        const said = JSON.stringify(setup);
        expect(said).not.toMatch(/\{(base|origin|key|model)\}/);
        expect(said).toContain("https://here.example");
        expect(setup.pieces.length + setup.steps.length).toBeGreaterThan(0);
      }
      expect(KINDS).toContain(client.kind);
    },
  );

  it("puts the address where a client wants it", () => {
    const client = {
      id: "x",
      name: "X",
      kind: "agent",
      env: { A: "{origin}/anthropic" },
      run: "x --model {model}",
    };
    expect(setupOf(client, "https://here.example/v1", "", "m$&", "en").pieces).toEqual([
      { kind: "shell", label: null, text: "export A='https://here.example/anthropic'\nx --model m$&" },
    ]);
  });
});
