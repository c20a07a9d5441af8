import { marksOf } from "./marks";

/** A part of a text, and whether it is one of the words that were looked for. */
export interface Piece {
  text: string;
  marked: boolean;
}

/** Cuts a text where highlights begin and end; they count Unicode code points, as the server does. */
export function pieces(text: string, highlights: readonly (readonly number[])[]): Piece[] {
  const points = [...text];
  const cut: Piece[] = [];
  let at = 0;
  for (const [from = 0, to = 0] of [...highlights].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))) {
    const start = Math.max(at, from);
    const end = Math.min(points.length, to);
    if (end <= start) continue;
    if (start > at) cut.push({ text: points.slice(at, start).join(""), marked: false });
    cut.push({ text: points.slice(start, end).join(""), marked: true });
    at = end;
  }
  if (at < points.length) cut.push({ text: points.slice(at).join(""), marked: false });
  return cut;
}

/** The same pieces without the marks of Markdown. What was found inside of one, such as a link's address, is kept. */
export function plain(cut: readonly Piece[]): Piece[] {
  const marks = marksOf(cut.map((piece) => piece.text).join(""));
  const found = new Set<number>();
  let at = 0;
  for (const { text, marked } of cut) {
    if (marked) found.add(at);
    at += text.length;
  }
  const dropped = new Set<number>();
  for (const [from, to] of marks) {
    const units = Array.from({ length: to - from }, (_, place) => from + place);
    if (!units.some((unit) => found.has(unit))) for (const unit of units) dropped.add(unit);
  }
  at = 0;
  const kept = cut.map(({ text, marked }) => {
    const start = at;
    at += text.length;
    return {
      text: text
        .split("")
        .filter((_, place) => !dropped.has(start + place))
        .join(""),
      marked,
    };
  });
  return kept.filter((piece) => piece.text !== "");
}
