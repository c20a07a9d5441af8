import type { RefObject } from "react";
import type { DocumentStatus } from "@/features/files";
import type { Marks } from "../places/marks";
import { TextPart } from "./TextPart";

interface TextPartsProps {
  document: DocumentStatus;
  marks: Marks;
  scroller: RefObject<HTMLElement | null>;
  zoom: number;
}

/** A document as text, its parts under one another; each comes when somebody is near to it. */
export function TextParts({ document, marks, scroller, zoom }: TextPartsProps) {
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-6 px-5 py-4" style={{ fontSize: `${zoom}rem` }}>
      {Array.from({ length: document.parts_read }, (_, number) => (
        <TextPart
          // biome-ignore lint/suspicious/noArrayIndexKey: a part is its number
          key={number}
          document={document}
          number={number}
          marks={marks}
          scroller={scroller}
        />
      ))}
    </div>
  );
}
