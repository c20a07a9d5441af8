/** What is larger or deeper than this is shown as it was written: parsing it would hold up the page. */

const LONGEST_BLOCK = 40_000;
const DEEPEST_QUOTE = 30;
/** Characters that may open something; the parser's work can grow with their square. */
const MOST_MARKS = 6000;

const DEEP = new RegExp(`^(?:[ \\t]{0,4}(?:>|[-+*][ \\t]|\\d{1,9}[.)][ \\t])){${DEEPEST_QUOTE},}`, "m");
const INDENTED = /^[ \t]{100,}\S/m;

/** Returns whether a block can be parsed in a few milliseconds. */
export function isReasonable(source: string): boolean {
  if (source.length > LONGEST_BLOCK || DEEP.test(source) || INDENTED.test(source)) return false;
  let marks = 0;
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at);
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
