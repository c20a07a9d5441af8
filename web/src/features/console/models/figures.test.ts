import { expect, it } from "vitest";
import { quickest } from "./figures";

it("takes the build that writes fastest, and changes no order", () => {
  const wheel = { build: "wheel", devices: [], reads: 900, writes: 11 };
  const cuda = { build: "cuda", devices: ["RTX 4090"], reads: 400, writes: 60 };
  const figures = [wheel, cuda];
  expect(quickest(figures)).toBe(cuda);
  expect(figures).toEqual([wheel, cuda]);
  expect(quickest([])).toBeUndefined();
});
