import { describe, expect, it } from "vitest";
import { axisSteps, columnSums, firstShown, labelled, largestSeries, stackedBars } from "./scale";

describe("axisSteps", () => {
  it("reaches the highest value in round steps", () => {
    expect(axisSteps(14)).toEqual([0, 5, 10, 15]);
    expect(axisSteps(100)).toEqual([0, 50, 100]);
    expect(axisSteps(0.3)).toEqual([0, 0.1, 0.2, 0.3]);
  });

  it("has no halves of what is counted", () => {
    expect(axisSteps(1, 4, true)).toEqual([0, 1]);
    expect(axisSteps(3, 4, true)).toEqual([0, 1, 2, 3]);
  });

  it("has an axis where there is nothing, or nothing sensible", () => {
    for (const value of [0, -5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(axisSteps(value)).toEqual([0, 1]);
  });

  it("never takes more steps than asked, over many orders of magnitude", () => {
    for (let exponent = -9; exponent < 15; exponent++) {
      for (const digit of [1, 1.3, 2.7, 4.99, 7, 9.999]) {
        const steps = axisSteps(digit * 10 ** exponent);
        expect(steps.length).toBeLessThanOrEqual(5);
        expect(steps.at(-1)).toBeGreaterThanOrEqual(digit * 10 ** exponent * 0.99999);
      }
    }
  });
});

describe("stackedBars", () => {
  const series = [
    { name: "a", values: [1, 0, 3] },
    { name: "b", values: [1, 2] },
  ];

  it("stacks series from the floor up, and leaves out what is nothing", () => {
    const bars = stackedBars(series, 4);
    expect(bars.map(({ column, series, y, height }) => [column, series, y, height])).toEqual([
      [0, 0, 75, 25],
      [0, 1, 50, 25],
      [1, 1, 50, 50],
      [2, 0, 25, 75],
    ]);
  });

  it("runs from right to left as a mirror image", () => {
    const there = stackedBars(series, 4);
    const here = stackedBars(series, 4, true);
    there.forEach((bar, index) => {
      expect(here[index]?.x).toBeCloseTo(100 - bar.x - bar.width);
    });
    expect(here[0]?.x).toBeGreaterThan(here.at(-1)?.x ?? 100);
  });

  it("draws nothing of nothing", () => {
    expect(stackedBars([], 4)).toEqual([]);
    expect(stackedBars(series, 0)).toEqual([]);
  });
});

describe("largestSeries", () => {
  it("adds the small ones up, so that no value is lost", () => {
    const many = [3, 9, 1, 4].map((value, index) => ({ name: String(index), values: [value, value] }));
    const shown = largestSeries(many, 3, "others");
    expect(shown.map((each) => each.name)).toEqual(["1", "3", "others"]);
    expect(columnSums(shown)).toEqual(columnSums(many));
  });
});

describe("what is shown of a range", () => {
  const values = (...numbers: number[]) => [{ name: "a", values: numbers }];
  it("begins where the data begins", () => {
    expect(firstShown(values(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2))).toBe(3);
  });
  it("has a week at least", () => {
    expect(firstShown(values(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2))).toBe(4);
    expect(firstShown(values(0, 0, 2))).toBe(0);
    expect(firstShown(values(0, 0, 0))).toBe(0);
  });
  it("labels columns at even distances", () => {
    expect(labelled(30, 6)).toEqual([0, 5, 10, 15, 20, 25]);
    expect(labelled(3, 6)).toEqual([0, 1, 2]);
    expect(labelled(0, 6)).toEqual([]);
  });
});
