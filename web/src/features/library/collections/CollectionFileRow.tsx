import { LoaderCircle, RotateCw, TriangleAlert, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { IconButton } from "@/components/button";
import { ErrorMessage } from "@/components/error-message";
import { toast } from "@/components/overlays/toast";
import { FileIcon, useDocument, useFile } from "@/features/files";
import { openReading } from "@/features/reading";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { addToCollection, type CollectionFile, takeFromCollection } from "./queries";

/** A file of a collection, and whether it can be searched; of another person's it cannot be taken out. */
export function CollectionFileRow({ file, mine }: { file: CollectionFile; mine: boolean }) {
  const { t } = useTranslation("library");
  const { data } = useFile(file.id);
  const name = data?.filename ?? file.id;
  const { vector_store_id: id } = file;
  const act = (done: Promise<void>) =>
    void done.catch((thrown) => toast(errorText(thrown), { kind: "error" }));
  return (
    <li className="flex items-center gap-3 py-1.5">
      <FileIcon name={name} className="size-5" />
      <div className="min-w-0 flex-1">
        <button
          type="button"
          onClick={() => openReading({ fileId: file.id, filename: name })}
          className="block max-w-full truncate text-start font-medium hover:underline coarse:min-h-9"
        >
          <bdi>
            <BidiLine text={name} />
          </bdi>
        </button>
        <p className="flex flex-wrap gap-x-2 text-sm text-ink-faint">
          <State file={file} />
        </p>
      </div>
      {mine && (file.status === "failed" || file.status === "cancelled") ? (
        <IconButton label={t("collection_again", { name })} onClick={() => act(addToCollection(id, file.id))}>
          <RotateCw />
        </IconButton>
      ) : null}
      {mine ? (
        <IconButton
          label={t("collection_remove", { name })}
          onClick={() => act(takeFromCollection(id, file.id))}
        >
          <X />
        </IconButton>
      ) : null}
    </li>
  );
}

/** Why it failed: mostly because it cannot be read, of which its document says more. */
function Reason({ file }: { file: CollectionFile }) {
  const { data: document } = useDocument(file.id, { begin: false });
  const fault = document?.error ?? (document && file.last_error);
  return fault ? <ErrorMessage fault={fault} /> : null;
}

function State({ file }: { file: CollectionFile }) {
  const { t } = useTranslation("library");
  const format = useFormat();
  switch (file.status) {
    case "in_progress":
      return (
        <span role="status" className="inline-flex items-center gap-1">
          <LoaderCircle className="size-3.5 animate-spin" aria-hidden />
          {t("collection_taking")}
        </span>
      );
    case "failed":
      return (
        <span className="inline-flex items-start gap-1 text-bad">
          <TriangleAlert className="mt-1 size-3.5 shrink-0" aria-hidden />
          <span>
            {t("collection_file_failed")} <Reason file={file} />
          </span>
        </span>
      );
    case "cancelled":
      return <span>{t("collection_stopped")}</span>;
    case "completed":
      return (
        <>
          <span>{t("passages", { count: file.passages })}</span>
          <span>{format.bytes(file.usage_bytes)}</span>
          {file.searched_by === "words" ? <span>{t("words_alone")}</span> : null}
        </>
      );
  }
}
