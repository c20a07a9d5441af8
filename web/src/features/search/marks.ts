/** What stands in Markdown only to say how the rest looks: a snippet is read without it. */

/** From and to in a text, in UTF-16 units. */
export type Range = readonly [number, number];

const LEAD = "(?:#{1,6}[ \\t]+|[-*+][ \\t]+(?:\\[[ xX]\\][ \\t]+)?)";

/** One mark after the other; a snippet may begin and end inside of any, so none needs its partner. */
const MARK = new RegExp(
  [
    "^[ \\t]*(?<fence>```+|~~~+)[^\\n]*$",
    "(?<ticks>`+)[^`]+\\k<ticks>",
    "(?<backslash>\\\\)[!-/:-@[-`{-~]",
    "^[ \\t]*[|:-][ \\t|:-]*$",
    `^[ \\t]*(?:(?:>[ \\t]?)+${LEAD}?|${LEAD})`,
    "`+",
    "!?\\[(?=[^\\][\\n]*\\]\\()",
    "\\]\\([^)\\s]*\\)?",
    "\\[\\^[^\\]\\s]+\\]:?",
    "(?<bar>\\|)",
    "(?<emphasis>\\*{1,3}|_{1,3}|~~)",
  ].join("|"),
  "gm",
);

/** Where the marks of a text stand, in their order. */
export function marksOf(text: string): Range[] {
  const marks: Range[] = [];
  let open = "";
  for (const match of text.matchAll(MARK)) {
    const { fence, ticks, backslash, bar, emphasis } = match.groups ?? {};
    const from = match.index;
    const to = from + match[0].length;
    if (fence) {
      const closes = text.startsWith("…") && marks.length === 0 && match[0].trim() === fence;
      if (!open) open = closes ? "" : fence;
      else if (fence.startsWith(open)) open = "";
      else continue;
      marks.push([from, to]);
    } else if (open) continue;
    else if (ticks) marks.push([from, from + ticks.length], [to - ticks.length, to]);
    else if (backslash) marks.push([from, from + 1]);
    else if (bar ? inTable(text, from) : emphasis ? atWord(text, from, to, emphasis) : true)
      marks.push([from, to]);
  }
  return marks;
}

/** Whether a bar parts the cells of a row: one that begins with a bar, or whose end it is. */
function inTable(text: string, at: number): boolean {
  const line = text.lastIndexOf("\n", at - 1) + 1;
  return /^[ \t]*\|/.test(text.slice(line, at + 1)) || /^\|[ \t]*(?:\n|$)/.test(text.slice(at));
}

/** Whether stars or lines stand at the edge of a word, as emphasis does; inside of it only doubled stars mean that. */
function atWord(text: string, from: number, to: number, mark: string): boolean {
  const before = kindOf(text.slice(0, from).at(-1));
  const after = kindOf(text[to]);
  if (before === "gap" && after === "gap") return false;
  return before !== after || mark === "**" || mark === "***" || mark === "~~";
}

function kindOf(letter: string | undefined): "gap" | "word" | "other" {
  if (letter === undefined || letter === "…" || /\s/.test(letter)) return "gap";
  return /[\p{L}\p{N}\p{M}]/u.test(letter) ? "word" : "other";
}
