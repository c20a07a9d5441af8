import { describe, expect, it } from "vitest";
import { divide, share } from "./memory";

const GB = 1e9;

describe("divide", () => {
  it("tells what is ours from what others have", () => {
    const card = { memory: 24 * GB, free: 15 * GB, budget: 20 * GB, reserved: 6 * GB };
    expect(divide(card)).toEqual({ ours: 6 * GB, others: 3 * GB, free: 15 * GB });
  });

  it("does not call free what a model that loads will take", () => {
    const loading = { memory: 8 * GB, free: 8 * GB, budget: 7 * GB, reserved: 5 * GB };
    expect(divide(loading)).toEqual({ ours: 5 * GB, others: 0, free: 3 * GB });
  });

  it("knows nothing of others where nobody tells what is free", () => {
    const processor = { memory: 16 * GB, free: null, budget: 12 * GB, reserved: 4 * GB };
    expect(divide(processor)).toEqual({ ours: 4 * GB, others: null, free: 12 * GB });
  });

  it("adds up, whatever is told", () => {
    for (const memory of [0, 4 * GB, 80 * GB])
      for (const free of [0, 3 * GB, 90 * GB])
        for (const reserved of [0, 2 * GB, 100 * GB]) {
          const parts = divide({ memory, free, reserved, budget: memory });
          const all = [parts.ours, parts.others ?? 0, parts.free];
          expect(all.reduce((sum, each) => sum + each, 0)).toBe(memory);
          expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
        }
  });
});

describe("share", () => {
  it("stays within the bar", () => {
    expect(share(3, 4)).toBe(0.75);
    expect(share(9, 4)).toBe(1);
    expect(share(3, 0)).toBe(0);
  });
});
