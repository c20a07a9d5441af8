/** The letters of mathematics (Unicode's block at U+1D400), as browsers ignore `mathvariant` except on one letter. */

/** Where a style's capitals, small letters, digits and Greek begin; 0 where it has none. */
interface Style {
  capital: number;
  small: number;
  digit: number;
  greekCapital: number;
  greekSmall: number;
}

const style = (capital: number, digit = 0, greekCapital = 0): Style => ({
  capital,
  small: capital + 26,
  digit,
  greekCapital,
  greekSmall: greekCapital && greekCapital + 26,
});

const STYLES: Readonly<Record<string, Style>> = {
  bold: style(0x1d400, 0x1d7ce, 0x1d6a8),
  italic: style(0x1d434, 0, 0x1d6e2),
  "bold-italic": style(0x1d468, 0, 0x1d71c),
  script: style(0x1d49c),
  "bold-script": style(0x1d4d0),
  fraktur: style(0x1d504),
  "double-struck": style(0x1d538, 0x1d7d8),
  "bold-fraktur": style(0x1d56c),
};

/** Letters that had a place of their own before the block was made. */
const EARLIER: Readonly<Record<string, string>> = {
  "italic h": "ℎ",
  "script B": "ℬ",
  "script E": "ℰ",
  "script F": "ℱ",
  "script H": "ℋ",
  "script I": "ℐ",
  "script L": "ℒ",
  "script M": "ℳ",
  "script R": "ℛ",
  "script e": "ℯ",
  "script g": "ℊ",
  "script o": "ℴ",
  "fraktur C": "ℭ",
  "fraktur H": "ℌ",
  "fraktur I": "ℑ",
  "fraktur R": "ℜ",
  "fraktur Z": "ℨ",
  "double-struck C": "ℂ",
  "double-struck H": "ℍ",
  "double-struck N": "ℕ",
  "double-struck P": "ℙ",
  "double-struck Q": "ℚ",
  "double-struck R": "ℝ",
  "double-struck Z": "ℤ",
};

export function hasLetters(variant: string): boolean {
  return variant in STYLES;
}

/** A text in the letters of a variant; what the variant has no letter for stays. */
export function mathLetters(text: string, variant: string): string {
  const style = STYLES[variant];
  if (!style) return text;
  return [...text].map((letter) => EARLIER[`${variant} ${letter}`] ?? placed(letter, style)).join("");
}

function placed(letter: string, style: Style): string {
  const code = letter.codePointAt(0) ?? 0;
  const at = (first: number, start: number) => (start ? String.fromCodePoint(start + code - first) : letter);
  if (letter >= "A" && letter <= "Z") return at(0x41, style.capital);
  if (letter >= "a" && letter <= "z") return at(0x61, style.small);
  if (letter >= "0" && letter <= "9") return at(0x30, style.digit);
  if (letter >= "Α" && letter <= "Ω") return at(0x391, style.greekCapital);
  if (letter >= "α" && letter <= "ω") return at(0x3b1, style.greekSmall);
  return letter;
}
