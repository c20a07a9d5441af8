/** How well words fit what somebody types: letters in their order, better together and at the beginnings of words. */

/** Takes away what people do not type: case, accents, Arabic vowel signs, and which alef, yeh or teh marbuta it is. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\p{M}\u0640]/gu, "")
    .replace(/[\u0671]/g, "\u0627")
    .replace(/\u0649/g, "\u064a")
    .replace(/\u0629/g, "\u0647")
    .toLowerCase();
}

const START = 8;
const WORD = 6;
const TOGETHER = 4;
const LETTER = 1;

/** 0 where a typed word does not occur; above it, more is better. Every typed word must occur. */
export function rank(typed: string, text: string): number {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  const within = fold(text);
  let sum = 0;
  for (const word of words) {
    const score = rankWord(word, within);
    if (score === 0) return 0;
    sum += score;
  }
  // Of two that fit equally, the shorter is meant.
  return words.length ? sum + 1 / (1 + within.length) : 1;
}

function rankWord(word: string, text: string): number {
  const whole = text.indexOf(word);
  if (whole >= 0) {
    const score = word.length * (TOGETHER + LETTER);
    if (whole === 0) return score + START;
    const begins =
      beginsWord(text, whole) || text.split(/[^\p{L}\p{N}]+/u).some((each) => each.startsWith(word));
    return score + (begins ? WORD : 0);
  }
  // A slip is forgiven in what is long enough to mean something.
  return word.length < 3 ? 0 : rankLetters(word, text);
}

function rankLetters(word: string, text: string): number {
  let score = 0;
  let from = 0;
  let gaps = 0;
  for (const letter of word) {
    const at = text.indexOf(letter, from);
    if (at < 0) return 0;
    if (from > 0 && at > from && !beginsWord(text, at)) gaps += 1;
    score += at === from && from > 0 ? LETTER * 2 : LETTER;
    from = at + letter.length;
  }
  return gaps > word.length / 3 ? 0 : score;
}

function beginsWord(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? "");
}

/** The best first; those that do not fit are left out. Equal ones keep their order. */
export function ranked<T>(typed: string, items: readonly T[], text: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, score: rank(typed, text(item)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}
