import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "@/components/states";
import { type DocumentPart, type DocumentStatus, usePart } from "@/features/files";
import { useFormat } from "@/lib/i18n/format";
import { type Marks, marksOf, targetIn } from "../places/marks";
import { useGoTo } from "../places/use-go-to";
import { useNearView } from "../places/use-near-view";
import { BlockText } from "./BlockText";
import { blocksOf } from "./blocks";

interface TextPartProps {
  document: DocumentStatus;
  number: number;
  marks: Marks;
  scroller: RefObject<HTMLElement | null>;
}

/** One part as text: headings, paragraphs and tables, each in its own direction. */
export function TextPart({ document, number, marks, scroller }: TextPartProps) {
  const box = useRef<HTMLElement>(null);
  const near = useNearView(box, scroller, "100% 0px");
  const aimed = marks.target?.part === number ? marks.target : null;
  // What was read once stays: taking it away would move what is looked at.
  const [wanted, want] = useState(false);
  useEffect(() => {
    if (near || aimed) want(true);
  }, [near, aimed]);
  const { part, error, refetch } = usePart(document.id, number, wanted);
  const target = part && targetIn(part, marks);
  useGoTo(box, scroller, aimed, Boolean(target));
  return (
    <section
      ref={box}
      data-part={number}
      aria-label={usePartName(part, number)}
      className="flex flex-col gap-3"
    >
      {document.parts > 1 ? <PartTitle part={part} number={number} /> : null}
      {part ? (
        <Blocks part={part} marks={marks} />
      ) : error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <div aria-hidden className="h-80" />
      )}
    </section>
  );
}

function Blocks({ part, marks }: { part: DocumentPart; marks: Marks }) {
  const blocks = useMemo(() => blocksOf(part), [part]);
  const marked = useMemo(() => marksOf(part, marks), [part, marks]);
  const target = targetIn(part, marks);
  return blocks.map((block) => (
    <BlockText
      key={block.start}
      block={block}
      text={part.text}
      // Most blocks have none, and are not drawn anew then.
      marks={marked.filter((each) => each.start < block.end && each.end > block.start)}
      target={target}
    />
  ));
}

function usePartName(part: DocumentPart | undefined, number: number): string {
  const { t } = useTranslation("reading");
  const format = useFormat();
  const place = format.number(number + 1);
  switch (part?.kind) {
    case "slide":
      return t("slide", { number: place });
    case "sheet":
    case "chapter":
      return part.label || place;
    default:
      return t("page", { number: place });
  }
}

function PartTitle({ part, number }: { part: DocumentPart | undefined; number: number }) {
  const name = usePartName(part, number);
  return (
    <p className="border-b border-line pb-1 text-sm text-ink-faint">
      <bdi>{name}</bdi>
    </p>
  );
}
