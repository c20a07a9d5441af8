import { afterEach, describe, expect, it } from "vitest";
import { formatFor } from "@/lib/i18n/format";
import { byDay } from "./days";

const zone = process.env.TZ;
afterEach(() => {
  process.env.TZ = zone;
});

/** Chats at these moments, as keys of the groups that they come into. */
function keys(moments: string[], now: string): string[][] {
  const items = moments.map((moment) => ({ moment, at: Date.parse(moment) })).sort((a, b) => b.at - a.at);
  return byDay(items, (item) => item.at, Date.parse(now)).map((group) => [
    group.period,
    ...group.items.map((item) => item.moment),
  ]);
}

describe("byDay", () => {
  it("counts days by the device's calendar, not by 24 hours", () => {
    process.env.TZ = "Asia/Riyadh";
    // 21:30 UTC is half past midnight there.
    expect(keys(["2026-03-09T21:30:00Z", "2026-03-09T20:30:00Z"], "2026-03-09T22:00:00Z")).toEqual([
      ["today", "2026-03-09T21:30:00Z"],
      ["yesterday", "2026-03-09T20:30:00Z"],
    ]);
    process.env.TZ = "America/Los_Angeles";
    expect(keys(["2026-03-09T21:30:00Z", "2026-03-09T20:30:00Z"], "2026-03-09T22:00:00Z")).toEqual([
      ["today", "2026-03-09T21:30:00Z", "2026-03-09T20:30:00Z"],
    ]);
  });

  it("knows that a day on which clocks change is no 24 hours long", () => {
    process.env.TZ = "Europe/Paris";
    // Clocks went forward on 29 March 2026: the 29th had 23 hours.
    const groups = keys(
      ["2026-03-28T23:30:00+01:00", "2026-03-29T00:30:00+01:00"],
      "2026-03-30T00:10:00+02:00",
    );
    expect(groups.map(([period]) => period)).toEqual(["yesterday", "week"]);
  });

  it("puts what is older than a week under its month, each month once", () => {
    process.env.TZ = "UTC";
    const groups = byDay(
      ["2026-11-22", "2026-11-16", "2026-11-15", "2026-11-01", "2026-10-31", "2025-10-30"].map((day) =>
        Date.parse(day),
      ),
      (at) => at,
      Date.parse("2026-11-22T12:00:00Z"),
    );
    expect(groups.map((group) => [group.period, group.items.length])).toEqual([
      ["today", 1],
      ["week", 1],
      ["month", 2],
      ["month", 1],
      ["month", 1],
    ]);
    expect(new Set(groups.map((group) => group.key)).size).toBe(5);
  });

  it("names months in the language of the page", () => {
    process.env.TZ = "UTC";
    const [group] = byDay([Date.parse("2026-01-05")], (at) => at, Date.parse("2026-11-22"));
    const named = (language: string) => formatFor(language).date(group?.start ?? 0, { month: "long" });
    expect([named("en"), named("fr"), named("zh")]).toEqual(["January", "janvier", "一月"]);
    expect(named("ar")).toMatch(/يناير|كانون الثاني/);
  });

  it("takes a chat from the future as today's, and nothing as no group", () => {
    expect(byDay([Date.now() + 60_000], (at) => at).map((group) => group.period)).toEqual(["today"]);
    expect(byDay([], (at: number) => at)).toEqual([]);
  });
});
