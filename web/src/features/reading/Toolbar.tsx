import { ChevronDown, ChevronUp, FileText, Search, StickyNote, ZoomIn, ZoomOut } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { useFormat } from "@/lib/i18n/format";
import type { Passage } from "./shown";

interface ToolbarProps {
  /** That is in sight, from 0. */
  page: number;
  /** 0 while it is not known. */
  pages: number;
  onPage: (page: number) => void;
  passage: Passage | null;
  passages: readonly Passage[];
  onStep: (by: 1 | -1) => void;
  canSearch: boolean;
  onSearch: () => void;
  zoom: number;
  onZoom: (by: 1 | -1) => void;
  /** Whether the text is shown in place of the pages; null where there are no pages. */
  asText: boolean | null;
  onAsText: (on: boolean) => void;
}

/** Where one is in a document, and the ways about in it. */
export function Toolbar(props: ToolbarProps) {
  const { t } = useTranslation("reading");
  const format = useFormat();
  const { passage, passages, pages, asText, zoom } = props;
  const at = passage ? passages.indexOf(passage) : -1;
  // On a phone two fingers make pages larger, and there is no room for more buttons.
  const zoomed = asText === false ? "max-sm:hidden" : "";
  return (
    <div
      role="toolbar"
      aria-label={t("tools")}
      className="flex flex-wrap items-center gap-x-1 border-b border-line px-2 pb-1"
    >
      {pages > 0 ? <PageNumber key={props.page} {...props} /> : null}
      {passages.length > 1 ? (
        <span className="flex items-center">
          <IconButton
            label={t("citation_before")}
            keys="["
            disabled={at <= 0}
            onClick={() => props.onStep(-1)}
          >
            <ChevronUp />
          </IconButton>
          <span className="text-sm text-ink-soft tabular-nums">
            <span className="max-sm:sr-only">
              {t("citation_of", { place: format.number(at + 1), all: format.number(passages.length) })}
            </span>
            <span aria-hidden dir="ltr" className="sm:hidden">
              {format.number(at + 1)}/{format.number(passages.length)}
            </span>
          </span>
          <IconButton
            label={t("citation_after")}
            keys="]"
            disabled={at < 0 || at >= passages.length - 1}
            onClick={() => props.onStep(1)}
          >
            <ChevronDown />
          </IconButton>
        </span>
      ) : null}
      <span className="flex-1" />
      {props.canSearch ? (
        <IconButton label={t("search")} keys="/" onClick={props.onSearch}>
          <Search />
        </IconButton>
      ) : null}
      <IconButton label={t("smaller")} keys="−" onClick={() => props.onZoom(-1)} className={zoomed}>
        <ZoomOut />
      </IconButton>
      <span className="w-11 text-center text-sm text-ink-soft tabular-nums max-sm:hidden">
        {format.percent(zoom)}
      </span>
      <IconButton label={t("larger")} keys="+" onClick={() => props.onZoom(1)} className={zoomed}>
        <ZoomIn />
      </IconButton>
      {asText !== null ? (
        <IconButton label={asText ? t("as_pages") : t("as_text")} onClick={() => props.onAsText(!asText)}>
          {asText ? <StickyNote /> : <FileText />}
        </IconButton>
      ) : null}
    </div>
  );
}

/** The number of the page, where another one can be written. */
function PageNumber({ page, pages, onPage }: Pick<ToolbarProps, "page" | "pages" | "onPage">) {
  const { t } = useTranslation("reading");
  const format = useFormat();
  const [written, write] = useState(String(page + 1));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const number = Number.parseInt(written.normalize("NFKC"), 10);
        if (Number.isFinite(number)) onPage(Math.min(pages, Math.max(1, number)) - 1);
      }}
      className="flex items-center gap-1.5 ps-2 text-sm text-ink-soft tabular-nums"
    >
      <input
        aria-label={t("page_number")}
        inputMode="numeric"
        value={written}
        onChange={(event) => write(event.target.value)}
        onBlur={() => write(String(page + 1))}
        onFocus={(event) => event.target.select()}
        className="w-12 rounded-md border border-line bg-surface px-1 py-1 text-center text-ink"
      />
      <span>{t("of_pages", { pages: format.number(pages) })}</span>
    </form>
  );
}
