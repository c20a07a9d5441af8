/** From numbers to places on a chart; nothing here draws. */

/** The top of an axis and the steps to it: 1, 2 or 5 times a power of ten, at most `most` steps. */
export function axisSteps(highest: number, most = 4, whole = false): number[] {
  if (!(highest > 0) || !Number.isFinite(highest)) return [0, 1];
  const raw = highest / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  let step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= raw * 0.999999) ?? raw;
  if (whole) step = Math.max(1, Math.ceil(step));
  const steps: number[] = [];
  for (let count = 0; ; count++) {
    // Multiplied, not added up: 0.1 + 0.2 is not 0.3.
    const value = Number((count * step).toPrecision(12));
    steps.push(value);
    if (value >= highest * 0.999999) return steps;
  }
}

export interface Series {
  name: string;
  values: readonly number[];
}

export interface Bar {
  column: number;
  series: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Stacked columns in a square of 100 by 100; the first column is at the start of the line, so at the right in Arabic. */
export function stackedBars(series: readonly Series[], top: number, rightToLeft = false): Bar[] {
  const columns = Math.max(0, ...series.map((each) => each.values.length));
  if (columns === 0 || top <= 0) return [];
  const slot = 100 / columns;
  const width = slot * 0.72;
  const bars: Bar[] = [];
  for (let column = 0; column < columns; column++) {
    const start = column * slot + (slot - width) / 2;
    const x = rightToLeft ? 100 - start - width : start;
    let floor = 100;
    series.forEach((each, index) => {
      const height = (Math.max(0, each.values[column] ?? 0) / top) * 100;
      if (height === 0) return;
      floor -= height;
      bars.push({ column, series: index, x, y: floor, width, height });
    });
  }
  return bars;
}

/** The sum of each column. */
export function columnSums(series: readonly Series[]): number[] {
  const columns = Math.max(0, ...series.map((each) => each.values.length));
  return Array.from({ length: columns }, (_, column) =>
    series.reduce((sum, each) => sum + (each.values[column] ?? 0), 0),
  );
}

/** The largest series, and all others as one. */
export function largestSeries(series: readonly Series[], most: number, others: string): Series[] {
  const total = (each: Series) => each.values.reduce((sum, value) => sum + value, 0);
  const sorted = [...series].sort((a, b) => total(b) - total(a));
  if (sorted.length <= most) return sorted;
  const rest = sorted.slice(most - 1);
  return [...sorted.slice(0, most - 1), { name: others, values: columnSums(rest) }];
}

/** Columns that a chart shows at least, however late its data begins. */
const FEWEST = 7;

/** The first column to show: where the data begins, as empty days before it say nothing. */
export function firstShown(series: readonly Series[]): number {
  const sums = columnSums(series);
  const first = sums.findIndex((sum) => sum > 0);
  const latest = Math.max(0, sums.length - FEWEST);
  return first < 0 ? latest : Math.min(first, latest);
}

/** Which columns have their label on the axis: at most `most`, at even distances, the first among them. */
export function labelled(columns: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(columns / most));
  return Array.from({ length: Math.ceil(columns / step) }, (_, index) => index * step);
}
