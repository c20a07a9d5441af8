import { useMutation } from "@tanstack/react-query";
import { Download, LoaderCircle } from "lucide-react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { FileIcon, saveContainerFile } from "@/features/files";
import { asApiError } from "@/lib/errors/api-error";
import { errorText } from "@/lib/errors/texts";
import type { ContainerFile } from "@/lib/stream";

/** The files that code made for a reply; pressed, one is fetched and kept. */
export default function MadeFiles({ files }: { files: readonly ContainerFile[] }) {
  const { t } = useTranslation("chat");
  return (
    <ul aria-label={t("files_made")} className="flex min-w-0 flex-wrap gap-2">
      {files.map((file) => (
        <li key={file.file_id} className="min-w-0 max-w-full">
          <MadeFile file={file} />
        </li>
      ))}
    </ul>
  );
}

function MadeFile({ file }: { file: ContainerFile }) {
  const { t } = useTranslation("chat");
  const save = useMutation({ mutationFn: () => saveContainerFile(file.container_id, file.file_id) });
  const gone = save.error && asApiError(save.error).status === 404;
  return (
    <>
      <button
        type="button"
        aria-label={t("step_download", { file: file.filename })}
        aria-busy={save.isPending || undefined}
        onClick={() => save.isPending || save.mutate()}
        className="flex min-h-9 max-w-full items-center gap-2 rounded-xl border border-line bg-surface px-3 py-1.5 text-sm hover:bg-hover coarse:min-h-11"
      >
        <FileIcon name={file.filename} className="size-4 shrink-0" />
        <span className="min-w-0 truncate">
          <bdi>
            <BidiLine text={file.filename} />
          </bdi>
        </span>
        {save.isPending ? (
          <LoaderCircle className="size-4 shrink-0 animate-spin" aria-hidden />
        ) : (
          <Download className="size-4 shrink-0 text-ink-soft" aria-hidden />
        )}
      </button>
      {save.error ? (
        <p role="alert" className="mt-1 text-sm text-bad">
          {gone ? t("made_file_gone", { file: file.filename }) : errorText(save.error)}
        </p>
      ) : null}
    </>
  );
}
