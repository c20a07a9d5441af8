/** Under which heading a chat stands: by days near now, by months before. */

export type Period = "today" | "yesterday" | "week" | "month";

export interface Group<T> {
  key: string;
  period: Period;
  /** Milliseconds of the month's first moment, for its name. */
  start: number;
  items: T[];
}

/** First moments of today, yesterday and the seven days that end today, in the device's time zone, in milliseconds. */
function bounds(now: number): Record<Exclude<Period, "month">, number> {
  const date = new Date(now);
  // By calendar, not by 24 hours: days on which clocks change are longer or shorter.
  const day = (back: number) =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate() - back).getTime();
  return { today: day(0), yesterday: day(1), week: day(6) };
}

function monthStart(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), 1).getTime();
}

/** Groups what is sorted newest first; `time` gives milliseconds. */
export function byDay<T>(items: readonly T[], time: (item: T) => number, now = Date.now()): Group<T>[] {
  const { today, yesterday, week } = bounds(now);
  const groups: Group<T>[] = [];
  for (const item of items) {
    const at = time(item);
    const last = groups.at(-1);
    // Sorted: what is not before the group's first moment stays in the group.
    if (last && at >= last.start) {
      last.items.push(item);
      continue;
    }
    const [period, start]: [Period, number] =
      at >= today
        ? ["today", today]
        : at >= yesterday
          ? ["yesterday", yesterday]
          : at >= week
            ? ["week", week]
            : ["month", monthStart(at)];
    groups.push({ key: period === "month" ? `month-${start}` : period, period, start, items: [item] });
  }
  return groups;
}
