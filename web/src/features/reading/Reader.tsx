import { Download, X } from "lucide-react";
import { type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { IconButton } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { Loading } from "@/components/states";
import {
  type DocumentStatus,
  FileIcon,
  isBeingRead,
  ReadingState,
  useDocument,
  usePart,
} from "@/features/files";
import { errorText } from "@/lib/errors/texts";
import { send } from "@/lib/request";
import { saveFile } from "@/lib/save-file";
import { ImageView } from "./ImageView";
import type { Marks, Target } from "./places/marks";
import { useShownPart } from "./places/use-shown-part";
import { SearchBar } from "./search/SearchBar";
import { useDocumentSearch } from "./search/use-document-search";
import { isPdf, type Passage, PdfPages, type Reading } from "./shown";
import { Toolbar } from "./Toolbar";
import { TextParts } from "./text/TextParts";
import { Unreadable } from "./Unreadable";

interface ReaderProps {
  reading: Reading;
  /** Goes to another passage, which may be of another file. */
  onPassage: (passage: Passage) => void;
  onClose?: () => void;
}

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3] as const;
const IMAGE = /\.(png|jpe?g|gif|webp|bmp|avif)$/i;
let targets = 0;

/** One file to read: its pages or its text, with what was cited or looked for marked in it. */
export function Reader({ reading, onPassage, onClose }: ReaderProps) {
  const { t } = useTranslation("reading");
  const { fileId, filename, passage } = reading;
  const { data: document, error, refetch } = useDocument(fileId);
  const scroller = useRef<HTMLDivElement>(null);
  const [pages, setPages] = useState(0);
  const [zoom, setZoom] = useState(2);
  const [asText, setAsText] = useState(false);
  const [searching, setSearching] = useState(false);
  const [target, setTarget] = useState<Target | null>(null);
  const search = useDocumentSearch(fileId);
  // The text of the place where it opens comes while its page is drawn.
  usePart(fileId, passage?.part ?? 0);
  const shown = useShownPart(scroller);

  const goTo = useCallback((part: number, span: Target["span"] = null) => {
    targets += 1;
    setTarget({ part, span, key: targets });
  }, []);
  const cited = useMemo(() => spanOf(passage), [passage]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each opening goes to its place, also to the same again
  useEffect(() => {
    if (passage) goTo(passage.part, cited);
    scroller.current?.focus({ preventScroll: true });
  }, [reading.opened]);
  const { match } = search;
  useEffect(() => {
    if (match) goTo(match.part, match);
  }, [match, goTo]);

  const marks: Marks = useMemo(
    () => ({ cited, found: search.matches, target }),
    [cited, search.matches, target],
  );
  const hasPages = document?.kind ? document.kind === "pdf" : isPdf(filename);
  const drawn = hasPages && !asText;
  const count = drawn ? pages : (document?.parts_read ?? 0);
  const fail = useCallback(() => setAsText(true), []);

  function closeSearch() {
    setSearching(false);
    search.clear();
    scroller.current?.focus({ preventScroll: true });
  }
  function step(by: 1 | -1) {
    const at = passage ? reading.passages.indexOf(passage) : -1;
    const next = reading.passages[at + by];
    if (next) onPassage(next);
  }
  function onKeyDown(event: React.KeyboardEvent) {
    const inField = event.target instanceof HTMLInputElement;
    const find = (event.ctrlKey || event.metaKey) && event.key === "f";
    if (find || (event.key === "/" && !inField)) setSearching(true);
    else if (event.key === "Escape" && searching) closeSearch();
    else if (event.key === "Escape" && onClose) onClose();
    else if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "+") setZoom(Math.min(ZOOMS.length - 1, zoom + 1));
    else if (event.key === "-") setZoom(Math.max(0, zoom - 1));
    else if (event.key === "]") step(1);
    else if (event.key === "[") step(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <section
      aria-label={t("reading", { file: filename })}
      onKeyDown={onKeyDown}
      className="flex h-full min-w-0 flex-col bg-surface"
    >
      <header className="flex min-h-14 items-center gap-2 ps-4 pe-2">
        <FileIcon name={filename} className="size-5" />
        <h2 className="min-w-0 flex-1 truncate font-semibold">
          <bdi>
            <BidiLine text={filename} />
          </bdi>
        </h2>
        <IconButton label={t("download")} onClick={() => void download(fileId, filename)}>
          <Download />
        </IconButton>
        {onClose ? (
          <IconButton label={t("close")} keys="Esc" onClick={onClose}>
            <X />
          </IconButton>
        ) : null}
      </header>
      <Toolbar
        page={shown}
        pages={count}
        onPage={(part) => goTo(part)}
        passage={passage}
        passages={reading.passages}
        onStep={step}
        onSearch={() => setSearching(true)}
        canSearch={document?.status === "read" || isBeingRead(document)}
        zoom={ZOOMS[zoom] ?? 1}
        onZoom={(by) => setZoom(Math.min(ZOOMS.length - 1, Math.max(0, zoom + by)))}
        asText={hasPages ? asText : null}
        onAsText={setAsText}
      />
      {searching ? <SearchBar search={search} onClose={closeSearch} /> : null}
      <State document={document} />
      <div
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by the keyboard
        tabIndex={0}
        role="document"
        aria-label={filename}
        className={
          drawn
            ? "min-h-0 flex-1 overflow-auto bg-sunken -outline-offset-2"
            : "min-h-0 flex-1 overflow-auto -outline-offset-2"
        }
      >
        <Body>
          {drawn ? (
            <PdfPages
              fileId={fileId}
              marks={marks}
              scroller={scroller}
              zoom={ZOOMS[zoom] ?? 1}
              onPages={setPages}
              onFailure={fail}
            />
          ) : IMAGE.test(filename) ? (
            <ImageView fileId={fileId} filename={filename} zoom={ZOOMS[zoom] ?? 1} />
          ) : error || document?.status === "failed" ? (
            <Unreadable fileId={fileId} error={error ?? document?.error} retry={() => void refetch()} />
          ) : document && document.parts_read > 0 ? (
            <TextParts document={document} marks={marks} scroller={scroller} zoom={ZOOMS[zoom] ?? 1} />
          ) : document?.status === "read" ? (
            <p className="p-6 text-center text-ink-soft">{t("empty")}</p>
          ) : (
            <Loading label={t("opening")} className="h-full" />
          )}
        </Body>
      </div>
    </section>
  );
}

function Body({ children }: { children: ReactNode }) {
  const { t } = useTranslation("reading");
  return <Suspense fallback={<Loading label={t("opening")} className="h-full" />}>{children}</Suspense>;
}

/** Says how far the reading is while it goes on, and what is to be known of it. */
function State({ document }: { document: DocumentStatus | undefined }) {
  if (!document || document.status === "failed" || document.status === "unread") return null;
  if (!isBeingRead(document) && Object.keys(document.doubts ?? {}).length === 0) return null;
  return (
    <p className="flex flex-wrap gap-x-2 border-b border-line px-4 py-1.5 text-sm text-ink-faint">
      <ReadingState fileId={document.id} />
    </p>
  );
}

function spanOf(passage: Passage | null): Target["span"] {
  if (passage?.start === undefined || passage.end === undefined) return null;
  return { start: passage.start, end: passage.end };
}

async function download(fileId: string, filename: string): Promise<void> {
  try {
    saveFile(await (await send("GET", `/v1/files/${fileId}/content`)).blob(), filename);
  } catch (thrown) {
    toast(errorText(thrown), { kind: "error" });
  }
}
