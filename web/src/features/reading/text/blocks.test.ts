import { describe, expect, it } from "vitest";
import type { DocumentPart } from "@/features/files";
import { blocksOf, piecesOf, rowsOf } from "./blocks";

function part(text: string, more: Partial<DocumentPart> = {}): DocumentPart {
  return {
    ...{
      object: "document.part",
      number: 0,
      kind: "whole",
      label: "",
      start: 0,
      end: text.length,
      text,
      width: 0,
      height: 0,
    },
    ...{ lines: [], headings: [], tables: [], doubts: [] },
    ...more,
  };
}

const shown = (each: DocumentPart) =>
  blocksOf(each).map(({ kind, start, end }) => [kind, each.text.slice(start, end)]);

describe("blocks", () => {
  it("are headings, paragraphs and tables in their order", () => {
    const text = "Moon\nIt shines.\n\nYear\tKm\n2026\t384400\n\nThe end.";
    const table = text.indexOf("Year");
    const found = shown(
      part(text, {
        headings: [{ start: 0, end: 4, level: 1 }],
        tables: [{ start: table, end: text.indexOf("\n\nThe") }],
      }),
    );
    expect(found.map(([kind, words]) => [kind, words?.trim()])).toEqual([
      ["heading", "Moon"],
      ["paragraph", "It shines."],
      ["table", "Year\tKm\n2026\t384400"],
      ["paragraph", "The end."],
    ]);
  });

  it("leave nothing out, and cut what is long", () => {
    const text = `${"word ".repeat(5000)}\n\n${"سطر\n".repeat(3000)}`;
    const found = shown(part(text));
    expect(
      found
        .map(([, words]) => words)
        .join("")
        .replace(/\s/g, ""),
    ).toBe(text.replace(/\s/g, ""));
    expect(Math.max(...found.map(([, words]) => words?.length ?? 0))).toBeLessThanOrEqual(4001);
  });

  it("have their places in units also where characters take two", () => {
    const text = "🌒🌒 Moon\n\ntext";
    expect(shown(part(text, { headings: [{ start: 0, end: 7, level: 1 }] }))[0]).toEqual([
      "heading",
      "🌒🌒 Moon",
    ]);
  });
});

it("finds the cells of a table with their places", () => {
  const text = "x\na\tbb\nccc\t";
  expect(rowsOf(text, { start: 2, end: text.length })).toEqual([
    [
      { start: 2, end: 3, text: "a" },
      { start: 4, end: 6, text: "bb" },
    ],
    [
      { start: 7, end: 10, text: "ccc" },
      { start: 11, end: 11, text: "" },
    ],
  ]);
});

it("cuts a text at its marks", () => {
  const pieces = piecesOf("The moon shines", { start: 0, end: 15 }, [
    { start: 4, end: 8, mark: "cited" },
    { start: 6, end: 12, mark: "found" },
  ]);
  expect(pieces.map(({ text, mark }) => [text, mark])).toEqual([
    ["The ", null],
    ["mo", "cited"],
    ["on", "cited"],
    [" shi", "found"],
    ["nes", null],
  ]);
});
