/** Usage reports as the API gives them, and as charts want them. */
import type { Schemas } from "@/lib/api";
import type { Series } from "../components/charts/scale";

export type UsageResult = Pick<
  Schemas["UsageResult"],
  "input_tokens" | "output_tokens" | "num_model_requests" | Grouping
> & { earthshine: Pick<Schemas["UsageMore"], "cost" | "hosted_cost"> };

export interface Bucket {
  start_time: number;
  end_time: number;
  results: UsageResult[];
}

export type Grouping = "model" | "project_id" | "api_key_id" | "user_id";

export const METRICS = {
  requests: (result: UsageResult) => result.num_model_requests,
  input: (result: UsageResult) => result.input_tokens,
  output: (result: UsageResult) => result.output_tokens ?? 0,
  tokens: (result: UsageResult) => result.input_tokens + (result.output_tokens ?? 0),
  cost: (result: UsageResult) => result.earthshine.cost.value,
} as const;

export type Metric = keyof typeof METRICS;

/** One series for each group, with a value for each bucket. */
export function seriesOf(
  buckets: readonly Bucket[],
  grouping: Grouping,
  metric: Metric,
  name: (id: string | null) => string,
): Series[] {
  const groups = new Map<string | null, number[]>();
  buckets.forEach((bucket, column) => {
    for (const result of bucket.results) {
      const id = result[grouping] ?? null;
      const values = groups.get(id) ?? new Array<number>(buckets.length).fill(0);
      values[column] = (values[column] ?? 0) + METRICS[metric](result);
      groups.set(id, values);
    }
  });
  return [...groups].map(([id, values]) => ({ name: name(id), values }));
}

export interface Totals {
  requests: number;
  input: number;
  output: number;
  tokens: number;
  cost: number;
  /** What a hosted vendor lists; null when no model has such a price. */
  hosted: number | null;
  /** Requests that the estimate of `hosted` holds for. */
  compared: number;
}

export function totalsOf(buckets: readonly Bucket[]): Totals {
  const totals: Totals = { requests: 0, input: 0, output: 0, tokens: 0, cost: 0, hosted: null, compared: 0 };
  for (const result of buckets.flatMap((bucket) => bucket.results)) {
    totals.requests += METRICS.requests(result);
    totals.input += METRICS.input(result);
    totals.output += METRICS.output(result);
    totals.tokens += METRICS.tokens(result);
    totals.cost += METRICS.cost(result);
    const hosted = result.earthshine.hosted_cost;
    if (hosted) {
      totals.hosted = (totals.hosted ?? 0) + hosted.value;
      totals.compared += result.num_model_requests;
    }
  }
  return totals;
}

export type Unit = "tokens" | "seconds" | "searches" | "sessions" | "gigabyte_days" | "training_tokens";

export interface UnitLine {
  /** The tool or model, and what of it. */
  item: string;
  unit: Exclude<Unit, "tokens">;
  quantity: number;
  /** Dollars. */
  cost: number;
}

/** The lines of the bill that are not of tokens, the dearest first. */
export function unitLines(buckets: readonly Schemas["CostsBucket"][]): UnitLine[] {
  const lines = new Map<string, UnitLine>();
  for (const { line_item, quantity, quantity_unit, amount } of buckets.flatMap((bucket) => bucket.results)) {
    if (!line_item || !quantity || !quantity_unit || quantity_unit === "tokens") continue;
    const unit = quantity_unit.replace("duration_", "") as UnitLine["unit"];
    const item = line_item.slice(0, line_item.lastIndexOf(", "));
    const line = lines.get(line_item) ?? { item, unit, quantity: 0, cost: 0 };
    line.quantity += quantity;
    line.cost += amount.value;
    lines.set(line_item, line);
  }
  return [...lines.values()].sort((a, b) => b.cost - a.cost);
}

const DAY = 86_400;

export interface Range {
  /** Seconds since 1970, at the beginning of a day of UTC. */
  from: number;
  /** Where the range ends, not included; null ends with the bucket that is running. */
  to: number | null;
}

/** "7", "30" or "90" days up to now, or "custom" from one day to another, both included. */
export function rangeOf(days: string, from: string, to: string, now: number): Range {
  const today = Math.floor(now / 1000 / DAY) * DAY;
  const day = (text: string) =>
    /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) / 1000 : Number.NaN;
  if (days === "custom") {
    const first = day(from);
    const last = day(to);
    if (Number.isFinite(first) && Number.isFinite(last) && first <= last)
      return { from: first, to: last + DAY };
  }
  const count = [7, 30, 90].find((each) => String(each) === days) ?? 30;
  return { from: today - (count - 1) * DAY, to: null };
}
