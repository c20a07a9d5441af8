import { describe, expect, it } from "vitest";
import { stretchesOf } from "./timing";

describe("stretchesOf", () => {
  it("divides a response's life", () => {
    const moments = { queued_at_ms: 1000, begun_at_ms: 1100, first_token_at_ms: 1300, ended_at_ms: 2000 };
    expect(stretchesOf(moments, 9999)).toEqual([
      { id: "queued", milliseconds: 100, part: 0.1 },
      { id: "reading", milliseconds: 200, part: 0.2 },
      { id: "writing", milliseconds: 700, part: 0.7 },
    ]);
  });

  it("goes up to now while it runs, and says nothing of what has not begun", () => {
    const moments = { queued_at_ms: 1000, begun_at_ms: null, first_token_at_ms: null, ended_at_ms: null };
    expect(stretchesOf(moments, 1500)).toEqual([{ id: "queued", milliseconds: 500, part: 1 }]);
    expect(stretchesOf({ ...moments, queued_at_ms: null }, 1500)).toEqual([]);
  });
});
