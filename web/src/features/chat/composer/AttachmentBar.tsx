import { FileText, LoaderCircle, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { IconButton } from "@/components/button";
import { useFormat } from "@/lib/i18n/format";
import type { Attachment } from "../turns/input";

interface AttachmentBarProps {
  attachments: readonly Attachment[];
  reading: boolean;
  onRemove: (attachment: Attachment) => void;
}

/** The files of the message that is being written. */
export function AttachmentBar({ attachments, reading, onRemove }: AttachmentBarProps) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  if (attachments.length === 0 && !reading) return null;
  return (
    <ul aria-label={t("attached_files")} className="flex flex-wrap gap-2 px-3 pt-3">
      {attachments.map((each, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: two files may be the same, and a line remembers nothing
          key={index}
          className="flex items-center gap-2 rounded-xl border border-line bg-ground ps-2 text-sm"
        >
          {each.kind === "image" ? (
            <img src={each.content} alt="" className="size-8 rounded-md object-cover" />
          ) : (
            <FileText className="size-4 shrink-0 text-ink-faint" aria-hidden />
          )}
          <bdi className="max-w-40 truncate">
            <BidiLine text={each.name} />
          </bdi>
          <span className="text-ink-faint">{format.bytes(each.size)}</span>
          <IconButton label={t("attachment_remove", { file: each.name })} onClick={() => onRemove(each)}>
            <X />
          </IconButton>
        </li>
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
