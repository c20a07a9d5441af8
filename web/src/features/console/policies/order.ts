/** The order of a list that is changed by hand. */

/** The list with one of its items a place further up or down. */
export function moved<T>(list: readonly T[], index: number, by: 1 | -1): T[] {
  const next = [...list];
  const [item] = next.splice(index, 1);
  if (item !== undefined) next.splice(index + by, 0, item);
  return next;
}

/** Items with keys that stay theirs when they move, so that the focus moves along; alike ones are told apart. */
export function numbered<T>(list: readonly T[]): { key: string; item: T; index: number }[] {
  const seen = new Map<string, number>();
  return list.map((item, index) => {
    const text = JSON.stringify(item);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    return { key: `${text} ${times}`, item, index };
  });
}
