import { describe, expect, it } from "vitest";
import { nameIn } from "./download";
import { messageText, reasoningText } from "./item-text";

describe("nameIn", () => {
  it("prefers the form that can say any letter", () => {
    expect(nameIn("attachment; filename=\"chat.md\"; filename*=UTF-8''%D9%82%D9%85%D8%B1.md")).toBe("قمر.md");
    expect(nameIn('attachment; filename="chat.md"')).toBe("chat.md");
    expect(nameIn("attachment; filename=\"chat.md\"; filename*=UTF-8''%FF")).toBe("chat.md");
    expect(nameIn("inline")).toBeNull();
    expect(nameIn(null)).toBeNull();
  });
});

describe("said", () => {
  const output = [
    { type: "reasoning", summary: [{ type: "summary_text", text: "short" }], content: [{ text: "long" }] },
    { type: "function_call", name: "x" },
    {
      type: "message",
      role: "assistant",
      content: [{ type: "output_text", text: "Hello" }, { type: "refusal" }],
    },
    { role: "user", content: "plain" },
  ];

  it("is what messages say, without thinking and tools", () => {
    expect(messageText(output)).toBe("Hello\n\nplain");
    expect(reasoningText(output)).toBe("long");
    expect(reasoningText([{ type: "reasoning", summary: [{ text: "short" }] }])).toBe("short");
    expect(messageText([])).toBe("");
  });
});
