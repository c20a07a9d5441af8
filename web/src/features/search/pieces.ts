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
