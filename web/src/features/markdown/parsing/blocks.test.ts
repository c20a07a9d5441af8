import { expect, test } from "vitest";
import { splitBlocks } from "./blocks";
import { complete } from "./complete";
import { plainText } from "./plain-text";

const REPLY = `# Title

One paragraph
of two lines.

- a

- b
  still b

  and again

1. x

\`\`\`python
a

b
\`\`\`

$$
x

y
$$

| a | b |
|---|---|
| 1 | 2 |
> quote

~~~
open

fence`;

test("a text is cut where blocks end", () => {
  const blocks = splitBlocks(REPLY);
  expect(blocks.map((block) => block.kind)).toEqual([
    "text",
    "text",
    "text",
    "code",
    "math",
    "table",
    "text",
    "code",
  ]);
  expect(blocks.at(-1)?.closed).toBe(false);
});

test("a text that grows is cut as the whole text is, and finished blocks stay the same objects", () => {
  let blocks = splitBlocks("");
  for (let end = 1; end <= REPLY.length; end++) {
    const before = blocks;
    blocks = splitBlocks(REPLY.slice(0, end), before);
    expect(blocks).toEqual(splitBlocks(REPLY.slice(0, end)));
    for (let index = 0; index < before.length - 2; index++) expect(blocks[index]).toBe(before[index]);
  }
});

test.each([
  ["a **bold", "a **bold**"],
  ["a **bold ", "a **bold**"],
  ["a **", "a "],
  ["a *it **both", "a *it **both***"],
  ["a `co", "a `co`"],
  ["see [the page](https://exa", "see the page"],
  ["see [the pa", "see the pa"],
  ["a formula $x^", "a formula "],
  ["a formula $$x", "a formula "],
  ["\\(x + ", ""],
  ["it costs $5", "it costs $5"],
  ["| a | b |\n|--", ""],
  ["| a | b |\n|---|---|\n| 1 ", "| a | b |\n|---|---|\n| 1 "],
  ["- a\n- ", "- a\n"],
  ["done **now**", "done **now**"],
])("while it is written, %j reads as %j", (written, shown) => {
  expect(complete(written)).toBe(shown);
});

test("plain text has the words and none of the marks", () => {
  expect(
    plainText(
      "# A **b**\n\n- [x] c `d_e`\n> [f](https://x.y)\n\n```js\ng();\n```\n\n| h | i |\n|---|---|\n| 1 | 2 |",
    ),
  ).toBe("A b\n\nc d_e\nf\n\ng();\n\nh, i\n\n1, 2");
});
