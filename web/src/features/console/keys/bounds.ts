/** "a, b\n c" as a list: what people type into a field for several names. */
export function listOf(text: string): string[] {
  return [...new Set(text.split(/[\s,،，;]+/).filter(Boolean))];
}

const DAY = 86_400;

/** The lives that are offered for a key; null lives until it is deleted. */
export const LIVES: readonly { id: string; seconds: number | null }[] = [
  { id: "never", seconds: null },
  { id: "day", seconds: DAY },
  { id: "week", seconds: 7 * DAY },
  { id: "month", seconds: 30 * DAY },
  { id: "quarter", seconds: 90 * DAY },
  { id: "year", seconds: 365 * DAY },
];

export function secondsOf(life: string): number | null {
  return LIVES.find((each) => each.id === life)?.seconds ?? null;
}
