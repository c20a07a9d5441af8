import { expect, it } from "vitest";
import { readable } from "./terminal-text";

it("leaves colours, titles and movements of the cursor out", () => {
  expect(readable("\u001b[1;32mok\u001b[0m \u001b]0;title\u0007done\u001b[2K")).toBe("ok done");
  expect(readable("قمر \u001b[31mأحمر\u001b[m")).toBe("قمر أحمر");
});

it("keeps of a progress bar what it said last, and lines as they are", () => {
  expect(readable("10%\r50%\r100%\nnext\r\nlast")).toBe("100%\nnext\nlast");
  expect(readable("a\nb\r")).toBe("a\nb\r");
});
