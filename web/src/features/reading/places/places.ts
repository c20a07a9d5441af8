/** Places in a document: the server counts Unicode characters of the whole, a page in the browser UTF-16 units of a part. */
import type { DocumentPart, Span } from "@/features/files";

/** Where in a part's text a span of the whole text stands, in UTF-16 units; null where they do not meet. */
export function inPart(part: DocumentPart, { start, end }: Span): Span | null {
  const from = Math.max(start, part.start);
  const to = Math.min(end, part.end);
  if (from >= to) return null;
  return { start: unitsAt(part.text, from - part.start), end: unitsAt(part.text, to - part.start) };
}

/** Turns places of a part's own, such as those of its lines, into UTF-16 units. */
export function ownSpans<S extends Span>(text: string, spans: readonly S[]): readonly S[] {
  if (!hasPairs(text)) return spans;
  return spans.map((span) => ({ ...span, start: unitsAt(text, span.start), end: unitsAt(text, span.end) }));
}

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/;
const hasPairs = (text: string) => PAIR.test(text);

/** How many UTF-16 units the first characters of a text take. */
export function unitsAt(text: string, characters: number): number {
  if (!hasPairs(text)) return Math.min(characters, text.length);
  let at = 0;
  for (let count = 0; count < characters && at < text.length; count++)
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}

const LETTER = /\p{L}/u;
const FROM_RIGHT = /\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Syriac}|\p{Script=Thaana}|\p{Script=Nko}/u;

/** Whether a text runs from right to left, by its first letter. */
export function fromRight(text: string): boolean {
  const letter = LETTER.exec(text)?.[0];
  return letter !== undefined && FROM_RIGHT.test(letter);
}

/** A box on a page, as parts of its width and height. */
export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The boxes of a span: whole lines, and of its first and last line as much as belongs to it. */
export function rectsOf(part: DocumentPart, span: Span): Rect[] {
  if (!part.width || !part.height) return [];
  const rects: Rect[] = [];
  for (const line of ownSpans(part.text, part.lines)) {
    const from = Math.max(line.start, span.start);
    const to = Math.min(line.end, span.end);
    if (from >= to) continue;
    const length = line.end - line.start;
    const [left, top, right, bottom] = line.box;
    const wide = right - left;
    const before = ((from - line.start) / length) * wide;
    const after = ((line.end - to) / length) * wide;
    // A line whose letters run from right to left begins at its right.
    const begins = fromRight(part.text.slice(line.start, line.end)) ? left + after : left + before;
    rects.push({
      left: begins / part.width,
      top: top / part.height,
      width: (wide - before - after) / part.width,
      height: (bottom - top) / part.height,
    });
  }
  return rects;
}
