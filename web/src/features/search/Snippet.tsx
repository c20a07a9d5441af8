import { BidiText } from "@/components/bidi-text";
import { ALIGNED, cx } from "@/lib/class-names";
import { pieces, plain } from "./pieces";

/** A few words around what was found, with the found ones marked. */
export function Snippet({
  snippet,
  highlights,
}: {
  snippet: string;
  highlights: readonly (readonly number[])[];
}) {
  let at = 0;
  return (
    <span dir="auto" className={cx("line-clamp-2 text-sm text-ink-soft", ALIGNED)}>
      {plain(pieces(snippet, highlights)).map((piece) => {
        const key = at;
        at += piece.text.length;
        return piece.marked ? (
          <mark key={key} className="rounded-sm bg-warn-soft text-warn">
            <BidiText text={piece.text} />
          </mark>
        ) : (
          <span key={key}>
            <BidiText text={piece.text} />
          </span>
        );
      })}
    </span>
  );
}
