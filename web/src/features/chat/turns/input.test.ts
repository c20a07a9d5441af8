import { describe, expect, it } from "vitest";
import { fromInput, toInput } from "./input";

describe("what a person says", () => {
  it("comes back as it was", () => {
    const content = {
      text: "سؤال\n[file: not one]\nx",
      attachments: [
        { kind: "text" as const, name: "ملف.txt", size: 8, content: "line\nend" },
        { kind: "file" as const, fileId: "file_1", name: "كتاب.pdf" },
        { kind: "image" as const, name: "", size: 0, content: "data:image/png;base64,AA==" },
        { kind: "picture" as const, fileId: "file_2", name: "" },
      ],
    };
    expect(fromInput(toInput(content))).toEqual(content);
  });

  it("is read from what other clients send", () => {
    expect(fromInput([{ role: "user", content: "plain" }])).toEqual({ text: "plain", attachments: [] });
    expect(fromInput([{ type: "function_call_output" }])).toEqual({ text: "", attachments: [] });
  });

  it("keeps the size of a file whose text is another size, as a PDF's is", () => {
    const pdf = { kind: "text" as const, name: "تقرير (1).pdf", size: 2560, content: "[page 1]\nText" };
    const input = toInput({ text: "", attachments: [pdf] });
    expect(input[0]?.content).toEqual([
      { type: "input_text", text: "[file: تقرير (1).pdf (2560 bytes)]\n[page 1]\nText" },
    ]);
    expect(fromInput(input).attachments).toEqual([pdf]);
  });

  it("names a stored file instead of repeating what is in it", () => {
    const file = { kind: "file" as const, fileId: "file_1", name: "a.pdf" };
    expect(toInput({ text: "Why?", attachments: [file] })[0]?.content).toEqual([
      { type: "input_file", file_id: "file_1", filename: "a.pdf" },
      { type: "input_text", text: "Why?" },
    ]);
  });

  it("names a stored picture, which the model is to look at", () => {
    const sea = { kind: "picture" as const, fileId: "file_1", name: "sea.png" };
    expect(toInput({ text: "", attachments: [sea] })[0]?.content).toEqual([
      { type: "input_image", file_id: "file_1", detail: "auto" },
    ]);
  });

  it("keeps a file's name on one line", () => {
    const input = toInput({ text: "", attachments: [{ kind: "text", name: "a\nb", size: 1, content: "x" }] });
    expect(fromInput(input).attachments[0]?.name).toBe("a b");
  });
});
