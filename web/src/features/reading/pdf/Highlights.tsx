import type { DocumentPart, Span } from "@/features/files";
import { cx } from "@/lib/class-names";
import { rectsOf } from "../places/places";
import type { Marked } from "../text/blocks";

interface HighlightsProps {
  part: DocumentPart;
  marks: readonly Marked[];
  /** Where the reader is to look. */
  target: Span | null;
}

const percent = (value: number) => `${value * 100}%`;

/** Coloured boxes over what is marked on a page. */
export function Highlights({ part, marks, target }: HighlightsProps) {
  if (marks.length === 0) return null;
  return (
    <div aria-hidden className="pointer-events-none absolute inset-0 mix-blend-multiply">
      {marks.flatMap((mark) =>
        rectsOf(part, mark).map(({ left, top, width, height }) => (
          <div
            key={`${mark.mark} ${mark.start} ${left} ${top}`}
            data-mark={mark.mark}
            data-target={target?.start === mark.start ? "" : undefined}
            className={cx(
              "absolute rounded-sm",
              mark.mark === "cited" ? "bg-[#ffd84d]" : "bg-[#b9e3ff]",
              target?.start === mark.start && mark.mark === "found" && "bg-[#ffb870]",
            )}
            // A little more than the letters, so that none is cut.
            style={{
              left: percent(left),
              top: `calc(${percent(top)} - 1px)`,
              width: percent(width),
              height: `calc(${percent(height)} + 2px)`,
            }}
          />
        )),
      )}
    </div>
  );
}
