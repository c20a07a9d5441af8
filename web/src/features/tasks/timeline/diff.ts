/** Which lines of a text are new and which are gone. Source: Myers, "An O(ND) Difference Algorithm" (1986). */

export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
}

/** Lines of both texts and differences up to which they are compared; beyond it all of the old is replaced. */
const MOST_LINES = 4000;
const MOST_CHANGES = 500;

export function diffLines(before: string, after: string): readonly DiffLine[] {
  const old = linesOf(before);
  const now = linesOf(after);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end))
    end += 1;
  const same = (text: string): DiffLine => ({ kind: "same", text });
  return [
    ...old.slice(0, start).map(same),
    ...middle(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...old.slice(old.length - end).map(same),
  ];
}

function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function middle(old: readonly string[], now: readonly string[]): DiffLine[] {
  const removed = old.map((text): DiffLine => ({ kind: "removed", text }));
  const added = now.map((text): DiffLine => ({ kind: "added", text }));
  const trail = old.length + now.length <= MOST_LINES ? shortest(old, now) : null;
  return trail ? walk(old, now, trail) : [...removed, ...added];
}

/** How far each diagonal is reached with 0, 1, 2, … changes; null where there are too many. */
function shortest(old: readonly string[], now: readonly string[]): Map<number, number>[] | null {
  const trail: Map<number, number>[] = [];
  const far = new Map<number, number>([[1, 0]]);
  for (let changes = 0; changes <= MOST_CHANGES; changes += 1) {
    trail.push(new Map(far));
    for (let k = -changes; k <= changes; k += 2) {
      let x = goesDown(far, k, changes) ? (far.get(k + 1) ?? 0) : (far.get(k - 1) ?? 0) + 1;
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) x += 1;
      far.set(k, x);
      if (x >= old.length && x - k >= now.length) return trail;
    }
  }
  return null;
}

function goesDown(far: ReadonlyMap<number, number>, k: number, changes: number): boolean {
  return k === -changes || (k !== changes && (far.get(k - 1) ?? 0) < (far.get(k + 1) ?? 0));
}

function walk(
  old: readonly string[],
  now: readonly string[],
  trail: readonly Map<number, number>[],
): DiffLine[] {
  const lines: DiffLine[] = [];
  let x = old.length;
  let y = now.length;
  for (let changes = trail.length - 1; changes >= 0; changes -= 1) {
    const far = trail[changes] ?? new Map<number, number>();
    const k = x - y;
    const before = goesDown(far, k, changes) ? k + 1 : k - 1;
    const fromX = changes === 0 ? 0 : (far.get(before) ?? 0);
    const fromY = changes === 0 ? 0 : fromX - before;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      lines.push({ kind: "same", text: old[x] ?? "" });
    }
    if (changes === 0) break;
    if (x > fromX) lines.push({ kind: "removed", text: old[fromX] ?? "" });
    else lines.push({ kind: "added", text: now[fromY] ?? "" });
    x = fromX;
    y = fromY;
  }
  return lines.reverse();
}
