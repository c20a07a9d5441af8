import { expect, test } from "vitest";
import { formatFor } from "./format";

const english = formatFor("en");

test("money keeps cents, and of tiny sums what can be told", () => {
  expect([0, 0.3, 1234.5, 0.1234, 0.00001234].map(english.money)).toEqual([
    "$0.00",
    "$0.30",
    "$1,234.50",
    "$0.1234",
    "$0.0000123",
  ]);
});

test("money in Arabic is kept together, with its sign before it", () => {
  expect(formatFor("ar").money(0.018)).toBe("\u2066$0.018\u2069");
  expect(formatFor("ar").money(-2)).toBe("\u2066-$2.00\u2069");
});

test("sizes count in thousands, and stay on one line with their unit", () => {
  expect([0, 1, 999, 1500, 98_000_000, 2_400_000_000].map(english.bytes)).toEqual([
    "0\u00a0bytes",
    "1\u00a0byte",
    "999\u00a0bytes",
    "1.5\u00a0kB",
    "98\u00a0MB",
    "2.4\u00a0GB",
  ]);
});

test("durations are short", () => {
  expect([0.43, 12, 60, 185].map(english.duration)).toEqual(["0.4s", "12s", "1m", "3m 5s"]);
});

test("times past are told in the largest unit that fits", () => {
  const now = Date.UTC(2026, 0, 10);
  expect(english.ago(now - 30_000, now)).toBe("now");
  expect(english.ago(now - 3 * 3_600_000, now)).toBe("3 hours ago");
  expect(english.ago(now - 86_400_000, now)).toBe("yesterday");
  expect(formatFor("ar").ago(now - 2 * 86_400_000, now)).toBe("أول أمس");
});
