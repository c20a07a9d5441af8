import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Turn } from "../turns/branch";
import { useGradually } from "./use-gradually";

const turns = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, place) => ({ id: `turn_${from + place}` }) as Turn);

describe("useGradually", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("shows the newest at once, the others soon, and older pages when they come", () => {
    const all = turns(0, 60);
    const { result, rerender } = renderHook(({ list }) => useGradually(list), {
      initialProps: { list: all.slice(40) },
    });
    expect(result.current.map((turn) => turn.id)).toEqual(["turn_56", "turn_57", "turn_58", "turn_59"]);
    let longest = 0;
    for (let step = 0; step < 20; step++) {
      const before = result.current.length;
      act(() => void vi.advanceTimersByTime(20));
      longest = Math.max(longest, result.current.length - before);
    }
    expect(result.current).toEqual(all.slice(40));
    expect(longest).toBeLessThanOrEqual(3);
    rerender({ list: all });
    expect(result.current).toEqual(all.slice(40));
    for (let step = 0; step < 30; step++) act(() => void vi.advanceTimersByTime(20));
    expect(result.current).toEqual(all);
  });

  it("shows a new turn at once", () => {
    const { result, rerender } = renderHook(({ list }) => useGradually(list), {
      initialProps: { list: turns(0, 3) },
    });
    act(() => void vi.advanceTimersByTime(20));
    rerender({ list: turns(0, 4) });
    expect(result.current).toHaveLength(4);
  });
});
