/**
 * Closes what a text that is still being written has left open, so that half of a mark never shows as characters
 * that turn into something else a moment later. Only the last paragraph is looked at.
 */

/** Returns the text with its open marks closed, and what cannot be shown yet held back. */
export function complete(text: string): string {
  const cut = Math.max(text.lastIndexOf("\n\n") + 2, 0);
  const before = text.slice(0, cut === 1 ? 0 : cut);
  return before + completeParagraph(text.slice(before.length));
}

function completeParagraph(text: string): string {
  const formula = openMarks(text).find((open) => open.mark.startsWith("$") || open.mark.startsWith("\\"));
  // Half a formula is a wrong formula: it shows when it is whole.
  const whole = formula ? text.slice(0, formula.at) : text;
  const held = holdBack(whole);
  const marks = openMarks(held).map((open) => open.mark);
  // A mark after a space would not close.
  return marks.length ? held.trimEnd() + marks.reverse().join("") : held;
}

/** Takes away the end of a text that is the beginning of a mark: a lone `*`, half a link, a table's second row. */
function holdBack(text: string): string {
  let rest = text;
  // A heading, list item or quote without words yet, and the first characters of a fence, a rule or a table's head.
  rest = rest.replace(/(^|\n)[ \t]*(?:#{1,6}|[-+*]|\d{1,9}[.)]|>|`{1,2}|~{1,2}|={1,}|-{1,2})[ \t]*$/, "$1");
  rest = rest.replace(/(^|\n)[ \t]*[-+*][ \t]+\[[ xX]?\]?$/, "$1");
  rest = rest.replace(/(^|\n)(?:[ \t]*\|[^\n]*\n)?[ \t]*\|[-:| \t]*$/, "$1");
  rest = rest.replace(/(^|\n)[ \t]*\|[^\n]*$/, (row, start: string) =>
    isRowOfTable(rest, row) ? row : start,
  );
  // A link or a picture whose address has not ended: its words, or nothing of a picture.
  rest = rest.replace(/!\[[^\]\n]{0,300}(?:\](?:\([^)\n]{0,2000})?)?$/, "");
  rest = rest.replace(
    /\[([^[\]\n]{0,300})(?:\](?:\([^)\n]{0,2000})?)?$/,
    (whole, words: string, at: number) =>
      rest[at - 1] === "\\" || isInCode(rest, at) ? whole : words.startsWith("^") ? "" : words,
  );
  rest = rest.replace(/<(?:https?:\/\/)?[^\s<>]{0,200}$/, (whole) =>
    /^<(?:https?|mailto)/.test(whole) ? "" : whole,
  );
  return rest.replace(/(^|[^\\*_~`$])(?:\*{1,3}|_{1,3}|~{1,2}|`{1,2}|\${1,2}|\\)$/, (whole, start: string) =>
    // A closing mark is one that has something to close.
    hasOpen(rest.slice(0, rest.length - whole.length + start.length), whole.slice(start.length))
      ? whole
      : start,
  );
}

function isRowOfTable(text: string, row: string): boolean {
  const above = text.slice(0, text.length - row.length).trimEnd();
  return /(^|\n)[ \t]*\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*(\n|$)/.test(above);
}

function isInCode(text: string, at: number): boolean {
  return ((text.slice(0, at).match(/`/g)?.length ?? 0) & 1) === 1;
}

function hasOpen(text: string, mark: string): boolean {
  return openMarks(text).some((open) => mark[0] === open.mark[0]);
}

interface OpenMark {
  mark: string;
  at: number;
}

const MARKS = /(\\[([])|\\[^\n]|(`+)|(\*{1,3}|_{2,3}|~~)|(\${1,2})|(\n[ \t]*(?=[-+*>#]|\d{1,9}[.)]))/g;
const CLOSING: Record<string, string> = { "\\(": "\\)", "\\[": "\\]" };

/** The marks that are open at the end, outermost first; a formula or code, in which there are no marks, comes last. */
function openMarks(text: string): OpenMark[] {
  let open: OpenMark[] = [];
  let raw: OpenMark | null = null;
  for (const found of text.matchAll(MARKS)) {
    const [mark, bracket, ticks, emphasis, dollars, line] = found;
    const at = found.index;
    if (raw) {
      if (mark === (CLOSING[raw.mark] ?? raw.mark)) raw = null;
    } else if (bracket || ticks || (dollars && opensFormula(text, at, dollars))) {
      raw = { mark, at };
    } else if (line !== undefined) {
      open = [];
    } else if (emphasis) {
      const closes = open.findLastIndex((each) => each.mark === emphasis);
      if (closes >= 0 && /\S/.test(text[at - 1] ?? " ")) open = open.slice(0, closes);
      else if (/\S/.test(text[at + mark.length] ?? " ")) open.push({ mark, at });
    }
  }
  return raw ? [...open, raw] : open;
}

function opensFormula(text: string, at: number, mark: string): boolean {
  if (mark === "$$") return true;
  return /[^\s\d]/.test(text[at + 1] ?? " ") && !/\w/.test(text[at - 1] ?? " ");
}
