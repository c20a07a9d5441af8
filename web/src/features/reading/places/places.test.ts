import { describe, expect, it } from "vitest";
import type { DocumentPart } from "@/features/files";
import { inPart, rectsOf, unitsAt } from "./places";

function page(text: string, lines: DocumentPart["lines"], start = 0): DocumentPart {
  const end = start + [...text].length;
  return {
    ...{
      object: "document.part",
      number: 0,
      kind: "page",
      label: "1",
      start,
      end,
      text,
      width: 100,
      height: 200,
      lines,
    },
    ...{ headings: [], tables: [], doubts: [] },
  };
}

describe("places", () => {
  it("count characters at the server and units here", () => {
    expect(unitsAt("a🌒b", 2)).toBe(3);
    expect(unitsAt("abc", 2)).toBe(2);
    expect(unitsAt("a🌒", 99)).toBe(3);
  });

  it("are cut to the part that they meet", () => {
    const part = page("🌒 earth and moon", [], 10);
    expect(inPart(part, { start: 12, end: 17 })).toEqual({ start: 3, end: 8 });
    expect(inPart(part, { start: 0, end: 11 })).toEqual({ start: 0, end: 2 });
    expect(inPart(part, { start: 0, end: 10 })).toBeNull();
    expect(inPart(part, { start: part.end, end: 99 })).toBeNull();
  });

  it("have a box for each line, cut where the passage begins and ends", () => {
    const part = page("The moon\nshines.", [
      { start: 0, end: 8, box: [10, 20, 90, 30] },
      { start: 9, end: 16, box: [10, 40, 80, 50] },
    ]);
    expect(rectsOf(part, { start: 4, end: 16 })).toEqual([
      { left: 0.5, top: 0.1, width: 0.4, height: 0.05 },
      { left: 0.1, top: 0.2, width: 0.7, height: 0.05 },
    ]);
  });

  it("begin at the right where the letters do", () => {
    const part = page("القمر يضيء", [{ start: 0, end: 10, box: [0, 0, 100, 20] }]);
    const [first] = rectsOf(part, { start: 0, end: 5 });
    expect(first).toEqual({ left: 0.5, top: 0, width: 0.5, height: 0.1 });
  });

  it("have no box where there is no page", () => {
    expect(rectsOf({ ...page("text", []), width: 0 }, { start: 0, end: 4 })).toEqual([]);
  });
});
