import { Fragment, useContext } from "react";
import { BidiText } from "@/components/bidi-text";
import { MARK } from "@/lib/stream";
import { MarkView } from "./mark-view";

/** A text, with what stands for its marks in their places. */
export function MarkedText({ text }: { text: string }) {
  const show = useContext(MarkView);
  // Every third piece is a kind, and the one after it a number.
  const pieces = text.split(MARK);
  if (pieces.length === 1) return <BidiText text={text} />;
  return pieces.map((piece, index) => {
    if (index % 3 === 2) return null;
    if (index % 3 === 0)
      // biome-ignore lint/suspicious/noArrayIndexKey: a piece has no other identity than its place
      return piece ? <BidiText key={index} text={piece} /> : null;
    // biome-ignore lint/suspicious/noArrayIndexKey: a piece has no other identity than its place
    return <Fragment key={index}>{show?.(piece as "c" | "x", Number(pieces[index + 1]))}</Fragment>;
  });
}
