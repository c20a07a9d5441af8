import { Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { Button, IconButton } from "@/components/button";
import { TextField } from "@/components/field";
import { Empty } from "@/components/states";
import { FileIcon, UploadList, useUploads } from "@/features/files";
import { openReading } from "@/features/reading";
import { useFormat } from "@/lib/i18n/format";
import { isOver, useTell } from "../data/queries";
import { type Folded, foldCopies } from "../data/report";
import type { Research, Source } from "../data/types";
import { hostOf, useDay } from "../report/places";

/** What was found and read, copies under what they copy; one can be dropped, and others be added while it goes on. */
export function Sources({ research }: { research: Research }) {
  const { t } = useTranslation("research");
  const sources = research.report?.sources ?? research.sources;
  const tell = useTell(research.id);
  const over = isOver(research);
  return (
    <div className="flex flex-col gap-4">
      {over ? null : <AddSource research={research} />}
      {sources.length === 0 ? <Empty title={t("no_sources")} /> : null}
      {over && sources.length > 0 ? <p className="text-sm text-ink-faint">{t("drop_hint")}</p> : null}
      <ul aria-label={t("sources")} className="flex flex-col divide-y divide-line empty:hidden">
        {foldCopies(sources).map((folded) => (
          <Row
            key={folded.source.id}
            {...folded}
            busy={tell.isPending}
            onDrop={() => tell.mutate({ to: "sources", body: { drop: [folded.source.id] } })}
          />
        ))}
      </ul>
    </div>
  );
}

function Row({ source, copies, busy, onDrop }: Folded & { busy: boolean; onDrop: () => void }) {
  const { t } = useTranslation("research");
  const format = useFormat();
  const day = useDay();
  const { title, url, kind, published, fetched_at, dropped } = source;
  const name = title || url;
  const facts = [
    url ? hostOf(url) : "",
    t(`kind_${kind}`),
    published ? day(published) : fetched_at ? t("fetched", { date: format.date(fetched_at * 1000) }) : "",
    dropped ? t(`dropped_${dropped}`) : "",
  ].filter(Boolean);
  return (
    <li className="flex items-start gap-3 py-2.5">
      <FileIcon name={url ? "page.html" : name} className="mt-1 size-4" />
      <div className="flex min-w-0 flex-1 flex-col">
        <SourceName
          source={source}
          className={dropped === "person" ? "text-ink-faint line-through" : dropped ? "text-ink-faint" : ""}
        />
        <span className="text-sm text-ink-faint">{facts.join(" · ")}</span>
        {copies.length > 0 ? (
          <details className="text-sm text-ink-soft">
            <summary className="min-h-7 coarse:min-h-11">
              {t("copies", { count: copies.length, number: format.number(copies.length) })}
            </summary>
            <ul className="flex flex-col gap-1 ps-4">
              {copies.map((copy) => (
                <li key={copy.id} className="flex min-w-0 flex-col">
                  <SourceName source={copy} className="" />
                  <span className="text-ink-faint">{copy.url ? hostOf(copy.url) : null}</span>
                </li>
              ))}
            </ul>
          </details>
        ) : null}
      </div>
      {dropped ? null : (
        <IconButton label={t("drop", { name })} disabled={busy} onClick={onDrop}>
          <Trash2 />
        </IconButton>
      )}
    </li>
  );
}

function SourceName({ source, className }: { source: Source; className: string }) {
  const { file_id: fileId, title, url } = source;
  const name = (
    <bdi>
      <BidiLine text={title || url} />
    </bdi>
  );
  if (!fileId) return <span className={`truncate ${className}`}>{name}</span>;
  return (
    <button
      type="button"
      onClick={() => openReading({ fileId, filename: title || url })}
      className={`truncate text-start hover:underline coarse:min-h-11 ${className}`}
    >
      {name}
    </button>
  );
}

function AddSource({ research }: { research: Research }) {
  const { t } = useTranslation("research");
  const [address, write] = useState("");
  const { mutate, isPending } = useTell(research.id);
  const add = (source: string) =>
    mutate({ to: "sources", body: { add: [source] } }, { onSuccess: () => write("") });
  const uploads = useUploads((file) => add(file.id));
  function submit(event: FormEvent) {
    event.preventDefault();
    if (address.trim()) add(address.trim());
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-48 flex-1">
          <TextField
            type="url"
            dir="ltr"
            label={t("add_address")}
            value={address}
            onChange={(event) => write(event.target.value)}
          />
        </div>
        <Button type="submit" busy={isPending} disabled={address.trim() === ""}>
          <Plus className="size-4" aria-hidden />
          {t("add")}
        </Button>
        <label className="inline-flex min-h-10 cursor-pointer items-center rounded-lg border border-line bg-surface px-4 font-medium focus-within:outline-2 hover:bg-hover">
          {t("add_file")}
          <input
            type="file"
            className="sr-only"
            onChange={(event) => {
              void uploads.add([...(event.target.files ?? [])]);
              event.target.value = "";
            }}
          />
        </label>
      </div>
      <UploadList {...uploads} />
    </form>
  );
}
