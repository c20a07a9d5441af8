import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { lazy, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { Failure, Loading } from "@/components/states";
import { useObjectUrl } from "@/features/files";
import { Markdown } from "@/features/markdown";
import { errorText } from "@/lib/errors/texts";
import { readCsv } from "./csv";
import { type MadeFile, previewOf, saveMadeFile, useContent } from "./files";
import { HtmlPreview } from "./HtmlPreview";

const DocumentPreview = lazy(() => import("./DocumentPreview"));

/** What is read into the page; what is larger is downloaded. */
const MOST_BYTES = 20_000_000;
const MOST_TEXT = 200_000;
const MOST_ROWS = 500;

/** One file of a task: looked at where that is safe, and kept. */
export default function FileView({ file, onClose }: { file: MadeFile; onClose: () => void }) {
  const { t } = useTranslation("tasks");
  const kind = previewOf(file.name);
  const small = file.bytes <= MOST_BYTES;
  const save = () => saveMadeFile(file).catch((thrown) => toast(errorText(thrown), { kind: "error" }));
  return (
    <Dialog
      title={file.name}
      size="large"
      onClose={onClose}
      actions={
        <Button look="primary" onClick={() => void save()}>
          <Download className="size-4" aria-hidden />
          {t("download")}
        </Button>
      }
    >
      {kind === "none" || !small ? (
        <p className="text-ink-soft">{t(small ? "no_preview" : "too_large")}</p>
      ) : (
        <Preview file={file} />
      )}
    </Dialog>
  );
}

function Preview({ file }: { file: MadeFile }) {
  const { data, error, refetch } = useContent(file);
  const url = useObjectUrl(data);
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data || !url) return <Loading />;
  switch (previewOf(file.name)) {
    case "picture":
      return <img src={url} alt={file.name} className="mx-auto max-h-[70dvh] max-w-full object-contain" />;
    case "sound":
      // biome-ignore lint/a11y/useMediaCaption: what an agent made brings no captions
      return <audio controls src={url} aria-label={file.name} className="w-full" />;
    case "document":
      return (
        <Suspense fallback={<Loading />}>
          <DocumentPreview file={file} bytes={data} />
        </Suspense>
      );
    default:
      return <Words file={file} bytes={data} />;
  }
}

function Words({ file, bytes }: { file: MadeFile; bytes: Blob }) {
  const { t } = useTranslation("tasks");
  const { data: text } = useQuery({
    queryKey: ["tasks", "text", file.content, file.version],
    queryFn: () => bytes.text(),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (text === undefined) return <Loading />;
  const kind = previewOf(file.name);
  if (kind === "html") return <HtmlPreview name={file.name} html={text} />;
  if (kind === "table") return <Rows text={text} name={file.name} />;
  const cut = text.length > MOST_TEXT;
  return (
    <>
      {kind === "markdown" ? (
        <Markdown text={text.slice(0, MOST_TEXT)} />
      ) : (
        <pre dir="auto" className="rounded-lg bg-code p-3 text-sm wrap-anywhere whitespace-pre-wrap">
          {text.slice(0, MOST_TEXT)}
        </pre>
      )}
      {cut ? <p className="mt-2 text-sm text-ink-faint">{t("cut")}</p> : null}
    </>
  );
}

function Rows({ text, name }: { text: string; name: string }) {
  const { t } = useTranslation("tasks");
  const { rows, more } = useMemo(() => readCsv(text.replace(/^\ufeff/, ""), MOST_ROWS + 1), [text]);
  const [names = [], ...rest] = rows;
  return (
    <>
      <section
        aria-label={name}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by the keyboard
        tabIndex={0}
        className="max-h-[65dvh] overflow-auto rounded-lg border border-line"
      >
        <table className="w-full text-sm">
          <thead className="sticky top-0 bg-sunken">
            <tr>
              {names.map((each, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
                <th key={place} scope="col" dir="auto" className="px-3 py-2 text-start font-medium">
                  {each}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rest.map((row, line) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
              <tr key={line} className="border-t border-line">
                {row.map((each, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
                  <td key={place} dir="auto" className="px-3 py-1.5 text-start align-top">
                    {each}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {more ? <p className="mt-2 text-sm text-ink-faint">{t("cut")}</p> : null}
    </>
  );
}
