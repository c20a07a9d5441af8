/** What is marked in a document: the passage that was cited, and what was searched for. */
import type { DocumentMatch, DocumentPart, Span } from "@/features/files";
import type { Marked } from "../text/blocks";
import { inPart } from "./places";

/** Where the reader is to look. */
export interface Target {
  /** The part, from 0. */
  part: number;
  /** In the whole text; null for the beginning of the part. */
  span: Span | null;
  /** Another one each time, so that going to the same place again goes there. */
  key: number;
}

export interface Marks {
  cited: Span | null;
  found: readonly DocumentMatch[];
  target: Target | null;
}

/** The marks of one part, in UTF-16 units of its text. */
export function marksOf(part: DocumentPart, { cited, found }: Marks): Marked[] {
  const marks: Marked[] = [];
  const add = (span: Span, mark: Marked["mark"]) => {
    const place = inPart(part, span);
    if (place) marks.push({ ...place, mark });
  };
  if (cited) add(cited, "cited");
  for (const match of found) if (match.part === part.number) add(match, "found");
  return marks;
}

/** Where in a part the reader is to look, in UTF-16 units; null where that is elsewhere. */
export function targetIn(part: DocumentPart, { target }: Marks): Span | null {
  if (!target || target.part !== part.number || !target.span) return null;
  return inPart(part, target.span);
}
