/** What is larger or deeper than this is shown as it was written: parsing it would hold up the page. */

const LONGEST_BLOCK = 40_000;
const DEEPEST_QUOTE = 30;
/** Characters that may open something; the parser's work can grow with their square. */
const MOST_MARKS = 6000;

const DEEP = new RegExp(`^(?:[ \\t]{0,4}(?:>|[-+*][ \\t]|\\d{1,9}[.)][ \\t])){${DEEPEST_QUOTE},}`, "m");
/** Columns of a table. */
const MOST_COLUMNS = 300;
/** Lines of one list or table, which become as many elements. */
const MOST_LINES = 2000;
/** Characters of one list or table, of which each piece is parsed alone. */
const LONGEST_IN_PIECES = 200_000;
/** Blocks of one text; what follows them is one plain block. */
export const MOST_BLOCKS = 2000;

const INDENTED = /^[ \t]{100,}\S/m;

/** Returns whether a block can be parsed in a few milliseconds. */
export function isReasonable(source: string): boolean {
  if (source.length > LONGEST_BLOCK || DEEP.test(source) || INDENTED.test(source)) return false;
  let marks = 0;
  let pipes = 0;
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (code === 10) pipes = 0;
    else if (code === 124 && ++pipes > MOST_COLUMNS) return false;
    // [ ] ! * _ ~ ` < $ \\ & @
    if (
      code === 91 ||
      code === 93 ||
      code === 33 ||
      code === 42 ||
      code === 95 ||
      code === 126 ||
      code === 96 ||
      code === 60 ||
      code === 36 ||
      code === 92 ||
      code === 38 ||
      code === 64
    ) {
      marks++;
    }
  }
  return marks <= MOST_MARKS;
}

/** Returns whether a list or a table has so few lines that a page can hold it. */
export function isReasonableInPieces(source: string): boolean {
  if (source.length > LONGEST_IN_PIECES) return false;
  let lines = 0;
  for (let at = source.indexOf("\n"); at >= 0 && lines <= MOST_LINES; at = source.indexOf("\n", at + 1))
    lines++;
  return lines <= MOST_LINES;
}
