/** A part's text, cut into what stands under one another: headings, paragraphs, tables. Nothing of it is left out. */
import type { DocumentPart, Span } from "@/features/files";
import { ownSpans } from "../places/places";

export interface Block extends Span {
  kind: "paragraph" | "heading" | "table";
  /** Of a heading: 1 is the highest. */
  level: number;
}

/** Units of a paragraph above which it is cut at a line's end: a browser lays out a long one slowly. */
const LONG = 4000;

export function blocksOf(part: DocumentPart): Block[] {
  const { text } = part;
  const special = [
    ...ownSpans(text, part.headings).map((each) => ({ ...each, kind: "heading" as const })),
    ...ownSpans(text, part.tables).map((each) => ({ ...each, kind: "table" as const, level: 0 })),
  ].sort((one, other) => one.start - other.start);
  const blocks: Block[] = [];
  let at = 0;
  for (const each of special) {
    if (each.start < at) continue;
    blocks.push(...paragraphs(text, at, each.start));
    const { kind, start, end, level } = each;
    blocks.push({ kind, start, end, level });
    at = end;
  }
  blocks.push(...paragraphs(text, at, text.length));
  return blocks;
}

function paragraphs(text: string, from: number, to: number): Block[] {
  const found: Block[] = [];
  const gap = /\n[ \t]*\n\s*/g;
  const add = (start: number, end: number) => {
    while (end - start > LONG) {
      const line = text.lastIndexOf("\n", start + LONG);
      const cut = line > start ? line + 1 : start + LONG;
      found.push({ kind: "paragraph", start, end: cut, level: 0 });
      start = cut;
    }
    if (text.slice(start, end).trim()) found.push({ kind: "paragraph", start, end, level: 0 });
  };
  let at = from;
  gap.lastIndex = from;
  for (let match = gap.exec(text); match && match.index < to; match = gap.exec(text)) {
    add(at, match.index);
    at = Math.min(to, gap.lastIndex);
  }
  add(at, to);
  return found;
}

export interface Cell extends Span {
  text: string;
}

/** The cells of a table, row by row, each with its place. */
export function rowsOf(text: string, { start, end }: Span): Cell[][] {
  const rows: Cell[][] = [];
  let at = start;
  for (const line of text.slice(start, end).split("\n")) {
    let cellAt = at;
    rows.push(
      line.split("\t").map((cell) => {
        const place = { start: cellAt, end: cellAt + cell.length, text: cell };
        cellAt += cell.length + 1;
        return place;
      }),
    );
    at += line.length + 1;
  }
  return rows;
}

export interface Piece {
  text: string;
  /** `cited`: what the reader came for; `found`: what was searched for. */
  mark: Mark | null;
  start: number;
}

export type Mark = "cited" | "found";

export interface Marked extends Span {
  mark: Mark;
}

/** The pieces of a span of text, cut where marks begin and end; of two marks at one place the first counts. */
export function piecesOf(text: string, { start, end }: Span, marks: readonly Marked[]): Piece[] {
  const edges = new Set([start, end]);
  for (const mark of marks)
    for (const edge of [mark.start, mark.end]) if (edge > start && edge < end) edges.add(edge);
  const sorted = [...edges].sort((one, other) => one - other);
  return sorted.slice(0, -1).map((from, index) => {
    const to = sorted[index + 1] ?? end;
    const over = marks.find((each) => each.start <= from && each.end >= to);
    return { text: text.slice(from, to), mark: over?.mark ?? null, start: from };
  });
}
