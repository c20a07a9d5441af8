import { RotateCw, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { IconButton } from "@/components/button";
import { ErrorMessage } from "@/components/error-message";
import { asApiError } from "@/lib/errors/api-error";
import { useFormat } from "@/lib/i18n/format";
import { FileIcon } from "./FileIcon";
import type { Upload, useUploads } from "./use-uploads";

type Uploads = Pick<ReturnType<typeof useUploads>, "uploads" | "cancel" | "retry">;

/** Files that are being sent, or could not be. */
export function UploadList({ uploads, cancel, retry }: Uploads) {
  const { t } = useTranslation("files");
  if (uploads.length === 0) return null;
  return (
    <ul aria-label={t("uploads")} className="flex flex-col gap-2">
      {uploads.map((each) => (
        <Row key={each.id} upload={each} onCancel={() => cancel(each.id)} onRetry={() => retry(each)} />
      ))}
    </ul>
  );
}

function Row({ upload, onCancel, onRetry }: { upload: Upload; onCancel: () => void; onRetry: () => void }) {
  const { t } = useTranslation("files");
  const format = useFormat();
  const { file, sent, error } = upload;
  return (
    <li className="flex items-center gap-3 rounded-xl border border-line bg-surface px-3 py-2">
      <FileIcon name={file.name} className="size-5" />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <bdi className="truncate">
          <BidiLine text={file.name} />
        </bdi>
        {error ? (
          <p role="alert" className="text-sm text-bad">
            <ErrorMessage fault={asApiError(error)} />
          </p>
        ) : (
          <span className="flex items-center gap-2 text-sm text-ink-faint">
            <progress
              aria-label={t("sending", { file: file.name })}
              max={1}
              value={sent < 1 ? sent : undefined}
              className="h-1.5 min-w-0 flex-1"
            />
            {sent < 1 ? format.percent(sent) : t("storing")}
          </span>
        )}
      </div>
      {error ? (
        <IconButton label={t("send_again", { file: file.name })} onClick={onRetry}>
          <RotateCw />
        </IconButton>
      ) : null}
      <IconButton label={t("send_stop", { file: file.name })} onClick={onCancel}>
        <X />
      </IconButton>
    </li>
  );
}
