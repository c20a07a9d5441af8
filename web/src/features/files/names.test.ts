import { expect, it } from "vitest";
import { named } from "./names";

const found = (query: string, ...names: string[]) => named(names, query, (name) => name);

it("finds a file by all words of its name, however they are written", () => {
  expect(found("REPORT annual", "Annual Report.pdf", "report.pdf")).toEqual(["Annual Report.pdf"]);
  expect(found("resume", "Résumé.docx")).toEqual(["Résumé.docx"]);
  expect(found("احمد", "رسالة أَحْمَد.pdf", "رسالة.pdf")).toEqual(["رسالة أَحْمَد.pdf"]);
  expect(found("رساله", "رسالة.pdf")).toEqual(["رسالة.pdf"]);
  expect(found("年报", "2026年报.txt", "年.txt")).toEqual(["2026年报.txt"]);
  expect(found("  ", "a", "b")).toEqual(["a", "b"]);
});
