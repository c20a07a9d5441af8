/**
 * Which parts of a text must be kept together where letters run from right to left. Unicode's own rules take the marks
 * of `read_csv()`, `2026-11-29`, `C++` or `-5` for punctuation of the sentence around them, and put them elsewhere.
 */

export interface Part {
  text: string;
  /** Runs in its own direction, whatever stands around it; null: like the text. */
  direction: "ltr" | "rtl" | null;
}

/** Letters, digits and punctuation of Hebrew, Arabic and the scripts beside them. */
const RIGHT_TO_LEFT = "\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc";
const HAS_RIGHT_TO_LEFT = new RegExp(`[${RIGHT_TO_LEFT}]`, "u");
const FOREIGN_WORD = new RegExp(`[^\\s${RIGHT_TO_LEFT}]+`, "gu");
const OWN_PHRASE = new RegExp(`[${RIGHT_TO_LEFT}]+(?:[ \\u00a0][${RIGHT_TO_LEFT}]+)*`, "gu");
const LETTER = /\p{L}/u;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const MARK = /[^\p{L}\p{N}\p{M}'’]/u;
/** A plain number keeps its order by itself, and a range is read in the direction of the text. */
const PLAIN_NUMBER = /^\d+(?:[.,:]\d+)*(?:[-–—]\d+(?:[.,:]\d+)*)?$/;
const BEFORE_WORD = new Set("\"'«»“”‘’([{<،؛");
const AFTER_WORD = new Set(".,;:!?…\"'«»“”‘’)]}>،؛");
const PAIRS: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{", ">": "<" };

/** Characters of a word up to which its brackets are counted. */
const LONGEST_WORD = 300;

interface Word {
  start: number;
  end: number;
  /** Whether punctuation of the sentence follows or goes before: a phrase ends there. */
  closed: boolean;
  opened: boolean;
}

/** Cuts a text at what must be kept together. One without letters from right to left stays in one part. */
export function directedParts(text: string): Part[] {
  return cut(text, phrases(text).filter(hasMarks).map(asPart));
}

/**
 * Cuts a text so that its end can be cut off: a name in another script is shown whole or not at all, as browsers cut
 * off what stands at the edge, which is the beginning of such a name.
 */
export function partsToCutOff(text: string): Part[] {
  const first = LETTER.exec(text)?.[0];
  if (first === undefined || HAS_RIGHT_TO_LEFT.test(first)) return cut(text, phrases(text).map(asPart));
  const found = [...text.matchAll(OWN_PHRASE)];
  return cut(
    text,
    found.map((match) => ({ start: match.index, text: match[0], direction: "rtl" as const })),
  );
}

const asPart = ({ start, text }: { start: number; text: string }) => ({
  start,
  text,
  direction: "ltr" as const,
});

function hasMarks({ text }: { text: string }): boolean {
  return text.split(" ").some((word) => MARK.test(word) && !PLAIN_NUMBER.test(word));
}

/** The words from left to right in a text from right to left, with those that stand beside each other in one. */
function phrases(text: string): { start: number; text: string }[] {
  if (!HAS_RIGHT_TO_LEFT.test(text)) return [];
  const found: { start: number; end: number; named: boolean }[] = [];
  let last: Word | null = null;
  for (const match of text.matchAll(FOREIGN_WORD)) {
    const word = trimmed(match[0], match.index);
    if (word) {
      const says = text.slice(word.start, word.end);
      const named = LETTER.test(says);
      const before = found.at(-1);
      const beside = last && !last.closed && !word.opened && text.slice(last.end, word.start) === " ";
      // A number belongs to the name before it; before a name it stands for itself.
      if (before?.named && beside && (named || PLAIN_NUMBER.test(says))) before.end = word.end;
      else found.push({ start: word.start, end: word.end, named });
    }
    last = word;
  }
  return found.map(({ start, end }) => ({ start, text: text.slice(start, end) }));
}

/** A word without the sentence's punctuation around it; null where nothing else is there. */
function trimmed(word: string, at: number): Word | null {
  let start = 0;
  let end = word.length;
  if (end > LONGEST_WORD) return { start: at, end: at + end, opened: false, closed: false };
  while (start < end && BEFORE_WORD.has(word[start] ?? "") && !closesInside(word.slice(start, end)))
    start += 1;
  while (start < end && AFTER_WORD.has(word[end - 1] ?? "") && !opensInside(word.slice(start, end))) end -= 1;
  if (!LETTER_OR_DIGIT.test(word.slice(start, end))) return null;
  return { start: at + start, end: at + end, opened: start > 0, closed: end < word.length };
}

/** Whether the bracket at the beginning is closed inside the word, as in `[0]` and `(a)b`; not so in `(read_csv())`. */
function closesInside(word: string): boolean {
  const close = Object.keys(PAIRS).find((each) => PAIRS[each] === word[0]);
  if (close === undefined) return false;
  return count(word, word[0] ?? "") === count(word, close) && !(word[0] === "(" && word.endsWith(")"));
}

/** Whether the bracket at the end was opened in the word, as in `read_csv()`. */
function opensInside(word: string): boolean {
  const close = word.at(-1) ?? "";
  const open = PAIRS[close];
  return open !== undefined && count(word, open) >= count(word, close);
}

function count(word: string, character: string): number {
  return word.split(character).length - 1;
}

function cut(
  text: string,
  parts: readonly { start: number; text: string; direction: "ltr" | "rtl" }[],
): Part[] {
  const all: Part[] = [];
  let at = 0;
  for (const part of parts) {
    if (part.start > at) all.push({ text: text.slice(at, part.start), direction: null });
    all.push({ text: part.text, direction: part.direction });
    at = part.start + part.text.length;
  }
  if (at < text.length || all.length === 0) all.push({ text: text.slice(at), direction: null });
  return all;
}
