import { useMemo } from "react";
import type { DocumentPart } from "@/features/files";
import { ownSpans } from "../places/places";

/** The text of a page, unseen over its picture: to be selected, copied and read aloud. */
export function PageText({ part }: { part: DocumentPart }) {
  const lines = useMemo(() => ownSpans(part.text, part.lines), [part]);
  if (!part.width || !part.height) return null;
  return (
    <div className="absolute inset-0 [container-type:size]">
      {lines.map(({ start, end, box: [left, top, right, bottom] }) => (
        <span
          key={start}
          dir="auto"
          className="absolute cursor-text overflow-hidden text-transparent whitespace-pre [text-align-last:justify] selection:bg-[#1d5f7d55] selection:text-transparent"
          style={{
            left: `${(left / part.width) * 100}%`,
            top: `${(top / part.height) * 100}%`,
            width: `${((right - left) / part.width) * 100}%`,
            height: `${((bottom - top) / part.height) * 100}%`,
            fontSize: `${((bottom - top) / part.height) * 75}cqh`,
            lineHeight: `${((bottom - top) / part.height) * 100}cqh`,
          }}
        >
          {part.text.slice(start, end)}
          {"\n"}
        </span>
      ))}
    </div>
  );
}
