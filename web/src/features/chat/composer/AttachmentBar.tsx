import { FileText, LoaderCircle, RotateCw, X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { IconButton } from "@/components/button";
import { ErrorMessage } from "@/components/error-message";
import { FileIcon, ReadingState, type Upload } from "@/features/files";
import { openReading } from "@/features/reading";
import { asApiError } from "@/lib/errors/api-error";
import { useFormat } from "@/lib/i18n/format";
import { PictureButton } from "../pictures/PictureButton";
import { type Attachment, isPicture, picturesOf } from "../turns/input";

interface AttachmentBarProps {
  attachments: readonly Attachment[];
  /** Files on their way to the server, or that did not get there. */
  uploads: readonly Upload[];
  /** Whether an image is being read. */
  reading: boolean;
  onRemove: (attachment: Attachment) => void;
  cancel: (id: number) => void;
  retry: (upload: Upload) => void;
}

/** The files of the message that is being written. */
export function AttachmentBar({
  attachments,
  uploads,
  reading,
  onRemove,
  cancel,
  retry,
}: AttachmentBarProps) {
  const { t } = useTranslation("chat");
  if (attachments.length === 0 && uploads.length === 0 && !reading) return null;
  return (
    <ul aria-label={t("attached_files")} className="flex flex-wrap gap-2 px-3 pt-3">
      {attachments.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two files may be the same, and a line remembers nothing
        <Chip key={index} name={each.name} onRemove={() => onRemove(each)}>
          <Attached attachment={each} all={attachments} />
        </Chip>
      ))}
      {uploads.map((each) => (
        <Chip key={`upload ${each.id}`} name={each.file.name} onRemove={() => cancel(each.id)}>
          <Sending upload={each} onRetry={() => retry(each)} />
        </Chip>
      ))}
      {reading ? (
        <li className="flex items-center gap-2 px-2 text-sm text-ink-faint">
          <LoaderCircle className="size-4 animate-spin" aria-hidden />
          {t("attachment_reading")}
        </li>
      ) : null}
    </ul>
  );
}

function Chip({ name, onRemove, children }: { name: string; onRemove: () => void; children: ReactNode }) {
  const { t } = useTranslation("chat");
  return (
    <li className="flex max-w-full items-center gap-2 rounded-xl border border-line bg-ground ps-2 text-sm">
      {children}
      <IconButton label={t("attachment_remove", { file: name })} onClick={onRemove}>
        <X />
      </IconButton>
    </li>
  );
}

function Name({ text }: { text: string }) {
  return (
    <bdi className="max-w-40 truncate">
      <BidiLine text={text} />
    </bdi>
  );
}

function Attached({ attachment, all }: { attachment: Attachment; all: readonly Attachment[] }) {
  const format = useFormat();
  if (attachment.kind === "file") {
    const { fileId, name } = attachment;
    return (
      <>
        <FileIcon name={name} className="size-4" />
        <button
          type="button"
          onClick={() => openReading({ fileId, filename: name })}
          className="flex min-w-0 hover:underline"
        >
          <Name text={name} />
        </button>
        <span className="flex min-w-0 flex-wrap gap-x-2 text-ink-faint">
          <ReadingState fileId={fileId} begin />
        </span>
      </>
    );
  }
  if (isPicture(attachment))
    return (
      <>
        <PictureButton
          picture={attachment}
          pictures={picturesOf(all)}
          className="size-8 rounded-md object-cover coarse:size-11"
        />
        <Name text={attachment.name} />
      </>
    );
  return (
    <>
      <FileText className="size-4 shrink-0 text-ink-faint" aria-hidden />
      <Name text={attachment.name} />
      <span className="text-ink-faint">{format.bytes(attachment.size)}</span>
    </>
  );
}

function Sending({ upload: { file, sent, error }, onRetry }: { upload: Upload; onRetry: () => void }) {
  const files = useTranslation("files").t;
  const format = useFormat();
  return (
    <>
      <FileIcon name={file.name} className="size-4" />
      <Name text={file.name} />
      {error ? (
        <>
          <span role="alert" className="min-w-0 text-bad">
            <ErrorMessage fault={asApiError(error)} />
          </span>
          <IconButton label={files("send_again", { file: file.name })} onClick={onRetry}>
            <RotateCw />
          </IconButton>
        </>
      ) : (
        <>
          <progress
            aria-label={files("sending", { file: file.name })}
            max={1}
            value={sent < 1 ? sent : undefined}
            className="h-1.5 w-16"
          />
          <span className="text-ink-faint tabular-nums">
            {sent < 1 ? format.percent(sent) : files("storing")}
          </span>
        </>
      )}
    </>
  );
}
