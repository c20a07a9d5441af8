import type { TFunction } from "i18next";
import { expect, it } from "vitest";
import { partName } from "./citation-place";

const t = ((key: string, values: object) =>
  [key, ...Object.values(values)].join(" ")) as TFunction<"reading">;

it("calls a part what people call it, and a text that has no pages nothing", () => {
  expect(partName("a.PDF", "7", t)).toBe("citation_page 7");
  expect(partName("a.pptx", "7", t)).toBe("slide 7");
  expect(partName("a.md", "1", t)).toBe("");
  expect(partName("a.xlsx", "Prices 2026", t)).toBe("Prices 2026");
  expect(partName("a.epub", "الفصل 1", t)).toBe("الفصل 1");
  expect(partName("a.pdf", null, t)).toBe("");
});
