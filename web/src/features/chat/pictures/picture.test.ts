import { describe, expect, it } from "vitest";
import { bytesOf, pageAfter } from "./picture";

describe("bytesOf", () => {
  it.each(["", "a", "ab", "abc", "abcd", "\u0000".repeat(1000)])(
    "counts what is encoded, not the code",
    (text) => {
      expect(bytesOf(`data:image/png;base64,${btoa(text)}`)).toBe(text.length);
    },
  );
});

describe("pageAfter", () => {
  it("goes the way that the language is read, and begins anew after the last", () => {
    expect(pageAfter("ArrowRight", 0, 3, "ltr")).toBe(1);
    expect(pageAfter("ArrowLeft", 0, 3, "rtl")).toBe(1);
    expect(pageAfter("ArrowLeft", 0, 3, "ltr")).toBe(2);
    expect(pageAfter("ArrowRight", 2, 3, "ltr")).toBe(0);
    expect(pageAfter("ArrowRight", 2, 3, "rtl")).toBe(1);
    expect(pageAfter("End", 0, 3, "rtl")).toBe(2);
    expect(pageAfter("Home", 2, 3, "ltr")).toBe(0);
    expect(pageAfter("x", 1, 3, "ltr")).toBe(1);
  });
});
