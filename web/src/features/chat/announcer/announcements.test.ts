import { describe, expect, it } from "vitest";
import { finishedUpTo } from "./announcements";

describe("finishedUpTo", () => {
  it("waits for the end of a paragraph", () => {
    expect(finishedUpTo("One two", 0)).toBe(0);
    expect(finishedUpTo("One two.\n", 0)).toBe(0);
    expect(finishedUpTo("One two.\n\nThr", 0)).toBe("One two.\n\n".length);
  });

  it("goes on from where it was", () => {
    const text = "One.\n\nTwo.\n\nThree";
    expect(finishedUpTo(text, "One.\n\n".length)).toBe("One.\n\nTwo.\n\n".length);
    expect(finishedUpTo(text, "One.\n\nTwo.\n\n".length)).toBe("One.\n\nTwo.\n\n".length);
  });

  it("does not cut code", () => {
    expect(finishedUpTo("```\na\n\nb", 0)).toBe(0);
    expect(finishedUpTo("```\na\n\nb\n```\n\nc", 0)).toBe("```\na\n\nb\n```\n\n".length);
  });

  it("adds up to the whole text, however it grows", () => {
    const text = "أ.\n\nب\nج\n\n- one\n- two\n\n```js\nx\n\ny\n```\n\nend\n\n";
    let from = 0;
    let spoken = "";
    for (let length = 0; length <= text.length; length++) {
      const end = finishedUpTo(text.slice(0, length), from);
      spoken += text.slice(from, end);
      from = end;
    }
    expect(spoken + text.slice(from)).toBe(text);
    expect(spoken).toBe(text);
  });
});
