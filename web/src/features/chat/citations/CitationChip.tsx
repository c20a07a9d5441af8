import { Globe, TriangleAlert } from "lucide-react";
import { HoverCard } from "radix-ui";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { FileIcon } from "@/features/files";
import { openReading, type Passage, placeOf } from "@/features/reading";
import { cx } from "@/lib/class-names";
import { useFormat } from "@/lib/i18n/format";
import type { FileCitation } from "@/lib/stream";
import { hostOf } from "./host";

interface CitationChipProps {
  /** From 1. */
  number: number;
  citation: FileCitation;
  /** All of the reply, to walk through in the reading pane. */
  all: readonly FileCitation[];
}

/** The number of a passage: it shows the quotation when it is pointed at, and opens the file there. */
export function CitationChip({ number, citation, all }: CitationChipProps) {
  const { t } = useTranslation("chat");
  const reading = useTranslation("reading").t;
  const format = useFormat();
  const doubtful = citation.check === "figures" || citation.check === "elsewhere";
  const place = placeOf(citation, reading);
  const [shown, setShown] = useState(false);
  /** Pressed, and not pointed at anew since: the passage itself is in sight. */
  const pressed = useRef(false);
  function open() {
    pressed.current = true;
    setShown(false);
    const passages = all.map(passageOf);
    openReading(
      { fileId: citation.file_id, filename: citation.filename },
      passages[all.indexOf(citation)] ?? passageOf(citation),
      passages,
    );
  }
  return (
    <HoverCard.Root
      open={shown}
      onOpenChange={(open) => setShown(open && !pressed.current)}
      openDelay={200}
      closeDelay={120}
    >
      <HoverCard.Trigger asChild>
        <button
          type="button"
          data-citation={number}
          aria-label={t("citation", {
            number: format.number(number),
            place,
            quote: (citation.quote ?? "").slice(0, 200),
          })}
          onClick={open}
          onPointerEnter={() => {
            pressed.current = false;
          }}
          className={cx(
            "mx-0.5 inline-grid h-[1.15rem] min-w-[1.15rem] place-items-center rounded-full px-1 align-[0.15em] text-[0.7rem] leading-none font-semibold tabular-nums coarse:h-6 coarse:min-w-6",
            doubtful
              ? "bg-warn-soft text-warn"
              : "bg-accent-soft text-accent hover:bg-accent hover:text-accent-ink",
          )}
        >
          {format.number(number)}
        </button>
      </HoverCard.Trigger>
      <HoverCard.Portal>
        <HoverCard.Content
          sideOffset={6}
          collisionPadding={8}
          // It lies over other numbers, which must stay in reach: the pointer goes through its wrapper too.
          ref={(card) => card?.parentElement?.style.setProperty("pointer-events", "none")}
          className="pointer-events-none z-50 flex w-80 max-w-[calc(100vw-1rem)] flex-col gap-2 rounded-xl border border-line bg-raised p-3 text-sm shadow-raised"
        >
          <p className="flex items-center gap-2 text-ink-soft">
            {citation.url ? (
              <Globe className="size-4 shrink-0" aria-hidden />
            ) : (
              <FileIcon name={citation.filename} className="size-4" />
            )}
            <span className="min-w-0 flex-1 truncate">
              <bdi>
                <BidiLine text={citation.filename} />
              </bdi>
            </span>
            <span className="max-w-1/2 shrink-0 truncate">
              {citation.url ? hostOf(citation.url) : placeOf(citation, reading, false)}
            </span>
          </p>
          {citation.quote ? (
            <blockquote dir="auto" className="line-clamp-6 border-s-3 border-line ps-3">
              {citation.quote}
            </blockquote>
          ) : null}
          {doubtful ? (
            <p className="flex gap-1.5 text-warn">
              <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
              {citation.check === "figures" ? t("citation_figures") : t("citation_elsewhere")}
            </p>
          ) : null}
        </HoverCard.Content>
      </HoverCard.Portal>
    </HoverCard.Root>
  );
}

function passageOf({ file_id, filename, part_number, start, end }: FileCitation): Passage {
  return {
    fileId: file_id,
    filename,
    part: part_number ?? 0,
    start: start ?? undefined,
    end: end ?? undefined,
  };
}
