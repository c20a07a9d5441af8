/** The first command that a sentence of the server names between backticks; null where it names none. */
export function commandIn(words: string): string | null {
  return /`(earthshine [^`]+)`/.exec(words)?.[1] ?? null;
}
