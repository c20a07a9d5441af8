/** What of a name counts when it is looked for: no case, no vowel marks, one form of each letter. */
export function folded(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[\p{M}\u0640]/gu, "")
    .replace(/[\u0622\u0623\u0625\u0671]/g, "\u0627")
    .replace(/\u0649/g, "\u064a")
    .replace(/\u0629/g, "\u0647")
    .toLowerCase();
}

/** The names that have every word that is looked for. */
export function named<T>(things: readonly T[], query: string, nameOf: (thing: T) => string): readonly T[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return things;
  return things.filter((thing) => {
    const name = folded(nameOf(thing));
    return words.every((word) => name.includes(word));
  });
}
