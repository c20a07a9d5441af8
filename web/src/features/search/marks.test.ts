import { describe, expect, it } from "vitest";
import { marksOf } from "./marks";

function plain(text: string): string {
  let at = 0;
  let kept = "";
  for (const [from, to] of marksOf(text)) {
    kept += text.slice(at, from);
    at = to;
  }
  return (kept + text.slice(at)).replace(/\s+/g, " ").trim();
}

describe("marksOf", () => {
  it.each([
    ["## Why there are two tides\n\nThe **moon** pulls", "Why there are two tides The moon pulls"],
    ["*so* and _so_, ~~not~~, ***both***, un**believ**able", "so and so, not, both, unbelievable"],
    ["call `tide()` and ``ab``", "call tide() and ab"],
    ["- [x] seen\n- [ ] measured\n* more\n> ## said", "seen measured more said"],
    ["[the page](https://example.org/a_b) ![moon](m.png)[^1]", "the page moon"],
    ["| Place | Range |\n|---|---:|\n| Brest | **6 m** |", "Place Range Brest 6 m"],
    ["```python\ndef __init__(self): # *args\n```\nafter **it**", "def __init__(self): # *args after it"],
    ["استعمل الدالة `tide()` و**القمر**", "استعمل الدالة tide() والقمر"],
    ["\\*kept\\* \\# 1", "*kept* # 1"],
  ])("finds what only says how %j looks", (text, read) => {
    expect(plain(text)).toBe(read);
  });

  it.each(["2 * 3 * 4", "2*3", "snake_case_name", "a | b", "C# and #1", "1. first", "5 - 3", "$F = ma$"])(
    "leaves %j as it is",
    (text) => {
      expect(plain(text)).toBe(text);
    },
  );

  it.each([
    ["…ends** here and `begins…", "…ends here and begins…"],
    ["…the page](https://example.org) and [more](https://exam…", "…the page and more"],
    ["…print(1)\n```\nand **then**", "…print(1) and then"],
    ["…6.1 m | two |\n| Gulf", "…6.1 m | two Gulf"],
  ])("finds what %j has only one side of", (text, read) => {
    expect(plain(text)).toBe(read);
  });
});
