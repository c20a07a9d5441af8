import { describe, expect, it } from "vitest";
import { type Bucket, rangeOf, seriesOf, totalsOf, type UsageResult, unitLines } from "./report";

const result = (model: string, requests: number, cost: number, hosted: number | null): UsageResult => ({
  model,
  project_id: null,
  user_id: null,
  api_key_id: null,
  num_model_requests: requests,
  input_tokens: requests * 10,
  output_tokens: requests,
  earthshine: {
    cost: { value: cost, currency: "usd" },
    hosted_cost: hosted === null ? null : { value: hosted, currency: "usd", num_model_requests: requests },
  } as UsageResult["earthshine"],
});

const BUCKETS: Bucket[] = [
  { start_time: 0, end_time: 86_400, results: [result("a", 2, 0.5, 2), result("b", 1, 0, null)] },
  { start_time: 86_400, end_time: 172_800, results: [] },
  { start_time: 172_800, end_time: 259_200, results: [result("b", 4, 0.25, null)] },
];

describe("seriesOf", () => {
  it("has a value for each bucket, also where there was nothing", () => {
    expect(seriesOf(BUCKETS, "model", "requests", (id) => id ?? "-")).toEqual([
      { name: "a", values: [2, 0, 0] },
      { name: "b", values: [1, 0, 4] },
    ]);
  });
});

describe("totalsOf", () => {
  it("adds up, and compares only what has a list price", () => {
    expect(totalsOf(BUCKETS)).toEqual({
      requests: 7,
      input: 70,
      output: 7,
      tokens: 77,
      cost: 0.75,
      hosted: 2,
      compared: 2,
    });
    expect(totalsOf([]).hosted).toBeNull();
  });
});

describe("unitLines", () => {
  const line = (
    line_item: string | null,
    quantity: number | null,
    quantity_unit: string | null,
    value: number,
  ) => ({ line_item, quantity, quantity_unit, amount: { value, currency: "usd" } }) as never;

  it("adds up what is not counted in tokens, by tool or model", () => {
    const day = (...results: never[]) => ({ object: "bucket" as const, start_time: 0, end_time: 1, results });
    expect(
      unitLines([
        day(line("a, input_tokens", 9, "tokens", 5), line("a, b, time", 1.5, "duration_seconds", 1)),
        day(line("web_search, searches", 2, "searches", 2), line("old, time", null, null, 1)),
        day(line("web_search, searches", 1, "searches", 1)),
      ]),
    ).toEqual([
      { item: "web_search", unit: "searches", quantity: 3, cost: 3 },
      { item: "a, b", unit: "seconds", quantity: 1.5, cost: 1 },
    ]);
    expect(unitLines([])).toEqual([]);
  });
});

describe("rangeOf", () => {
  const now = Date.parse("2026-03-10T13:00:00Z");
  const seconds = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000;

  it("counts today as the last of the days", () => {
    expect(rangeOf("7", "", "", now)).toEqual({ from: seconds("2026-03-04"), to: null });
  });

  it("holds both ends of its own range", () => {
    const range = rangeOf("custom", "2026-02-01", "2026-02-03", now);
    expect(range).toEqual({ from: seconds("2026-02-01"), to: seconds("2026-02-04") });
  });

  it("falls back to thirty days where the address makes no sense", () => {
    const thirty = rangeOf("30", "", "", now);
    for (const [from, to] of [
      ["2026-02-03", "2026-02-01"],
      ["x", "y"],
      ["", ""],
    ] as const) {
      expect(rangeOf("custom", from, to, now)).toEqual(thirty);
    }
    expect(rangeOf("-1", "", "", now)).toEqual(thirty);
  });
});
