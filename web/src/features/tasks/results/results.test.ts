import { expect, it } from "vitest";
import { readCsv } from "./csv";
import { previewOf } from "./files";

it("reads tables with quotes, line ends and separators of all kinds", () => {
  expect(readCsv('a,b\r\n"x, ""y""\nz",2\r\n', 10)).toEqual({
    rows: [
      ["a", "b"],
      ['x, "y"\nz', "2"],
    ],
    more: false,
  });
  expect(readCsv("a;b\n1,5;2\n", 10).rows).toEqual([
    ["a", "b"],
    ["1,5", "2"],
  ]);
  expect(readCsv("اسم\tعدد\nقمر\t1\t", 10).rows).toEqual([
    ["اسم", "عدد"],
    ["قمر", "1", ""],
  ]);
  expect(readCsv("a\n\nb", 10).rows).toEqual([["a"], [""], ["b"]]);
  expect(readCsv('"never ended', 10).rows).toEqual([["never ended"]]);
});

it("reads no more rows than it is asked for", () => {
  const { rows, more } = readCsv("n\n".repeat(1000), 3);
  expect(rows.length).toBe(3);
  expect(more).toBe(true);
});

it("knows how a file can be shown", () => {
  const kinds = ["r.md", "p.HTML", "t.csv", "i.png", "s.mp3", "d.xlsx", "c.py", "x.bin", "Makefile"].map(
    previewOf,
  );
  expect(kinds).toEqual([
    ...(["markdown", "html", "table", "picture", "sound", "document"] as const),
    ...(["text", "none", "text"] as const),
  ]);
});
