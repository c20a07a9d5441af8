import { FileUp, FolderOpen } from "lucide-react";
import { useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { Empty, Failure, Loading } from "@/components/states";
import {
  beginReading,
  DropHint,
  named,
  UploadList,
  useDroppedFiles,
  useFiles,
  useUploads,
} from "@/features/files";
import { useFormat } from "@/lib/i18n/format";
import { useGoing } from "./deletions";
import { FileRow } from "./FileRow";

/** Rows that are drawn at first, and more each time. */
const SHOWN = 50;

/** The files of a person: what there is, how far it is read, and what it occupies. */
export function Files() {
  const { t } = useTranslation("library");
  const format = useFormat();
  const { data, error, refetch } = useFiles();
  const going = useGoing();
  const [query, setQuery] = useState("");
  const [shown, setShown] = useState(SHOWN);
  const uploads = useUploads((file) => void beginReading(file.id).catch(() => undefined));
  const over = useDroppedFiles(uploads.add);
  const files = data?.filter((each) => !going.has(each.id));
  const found = files && named(files, query, (each) => each.filename);
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-60 flex-1 text-ink-soft">{t("files_about")}</p>
        <AddFiles onFiles={uploads.add} />
      </div>
      {over ? <DropHint /> : null}
      <UploadList {...uploads} />
      {error && !data ? <Failure error={error} retry={() => void refetch()} /> : null}
      {!data && !error ? <Loading /> : null}
      {files?.length === 0 && uploads.uploads.length === 0 ? (
        <Empty icon={<FolderOpen />} title={t("no_files")} text={t("no_files_text")} />
      ) : null}
      {files?.length && found ? (
        <>
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <div className="min-w-60 flex-1">
              <TextField
                type="search"
                hidden
                label={t("files_search")}
                placeholder={t("files_search")}
                value={query}
                onChange={(event) => setQuery(event.target.value)}
              />
            </div>
            <p role="status" className="text-sm text-ink-faint">
              {t("files_count", { count: found.length })}
              {" · "}
              {format.bytes(found.reduce((sum, each) => sum + each.bytes, 0))}
            </p>
          </div>
          {found.length === 0 ? (
            <p className="py-6 text-center text-ink-soft">{t("files_none_found")}</p>
          ) : null}
          <ul aria-label={t("files")} className="flex flex-col divide-y divide-line">
            {found.slice(0, shown).map((file) => (
              <FileRow key={file.id} file={file} />
            ))}
          </ul>
          {found.length > shown ? (
            <Button onClick={() => setShown(shown + SHOWN)} className="self-center">
              {t("more")}
            </Button>
          ) : null}
        </>
      ) : null}
    </>
  );
}

/** Lets somebody choose files of the device. */
export function AddFiles({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const { t } = useTranslation("library");
  const input = useRef<HTMLInputElement>(null);
  const take = useCallback(
    (list: FileList | null) => {
      if (list?.length) onFiles([...list]);
    },
    [onFiles],
  );
  return (
    <>
      <Button look="primary" onClick={() => input.current?.click()}>
        <FileUp className="size-4" aria-hidden />
        {t("files_add")}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          take(event.target.files);
          event.target.value = "";
        }}
      />
    </>
  );
}
