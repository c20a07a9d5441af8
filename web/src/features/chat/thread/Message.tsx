import { FileText, Pencil, X } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine, BidiText } from "@/components/bidi-text";
import { Button, IconButton } from "@/components/button";
import { FileIcon, useFile } from "@/features/files";
import { openReading } from "@/features/reading";
import { cx } from "@/lib/class-names";
import { asApiError } from "@/lib/errors/api-error";
import { useFormat } from "@/lib/i18n/format";
import { decisionsIn } from "../approvals/approvals";
import { Decisions } from "../approvals/Decisions";
import { PictureButton } from "../pictures/PictureButton";
import { CopyButton } from "../reply/ReplyActions";
import {
  type Attachment,
  type FileAttachment,
  fromInput,
  type InputItem,
  isPicture,
  type MessageContent,
  picturesOf,
} from "../turns/input";

/** Characters above which a message is folded. */
const LONG = 3000;

interface MessageProps {
  input: readonly InputItem[];
  /** Sends the message anew as another version; without it the message cannot be changed. */
  onEdit?: (content: MessageContent) => void;
  editing?: boolean;
  setEditing?: (on: boolean) => void;
  /** The way to what was said in its place before. */
  versions?: ReactNode;
}

/** What the person said. */
export function Message({ input, onEdit, editing = false, setEditing, versions }: MessageProps) {
  const { t } = useTranslation("chat");
  const content = useMemo(() => fromInput(input), [input]);
  const decisions = decisionsIn(input);
  if (decisions.length > 0) return <Decisions decisions={decisions} versions={versions} />;
  if (editing && onEdit && setEditing)
    return <MessageEditor content={content} onSend={onEdit} onClose={() => setEditing(false)} />;
  return (
    <article aria-label={t("your_message")} className="group/message flex flex-col items-end">
      <div className="flex w-full flex-col items-end gap-2">
        <Attachments attachments={content.attachments} />
        {content.text ? <Words text={content.text} /> : null}
      </div>
      <div className="flex min-h-8 items-center [&_button]:h-8 coarse:[&_button]:h-11">
        <div className="flex opacity-0 transition-opacity group-hover/message:opacity-100 focus-within:opacity-100 coarse:opacity-100">
          {onEdit && setEditing ? (
            <IconButton label={t("edit")} onClick={() => setEditing(true)}>
              <Pencil />
            </IconButton>
          ) : null}
          {content.text ? <CopyButton text={content.text} label={t("copy_message")} /> : null}
        </div>
        {versions}
      </div>
    </article>
  );
}

function Words({ text }: { text: string }) {
  const { t } = useTranslation("chat");
  const [whole, setWhole] = useState(false);
  const folded = text.length > LONG && !whole;
  return (
    <div className="max-w-[min(85%,42rem)] rounded-2xl bg-said px-4 py-2.5">
      <div dir="auto" className={cx("text-base whitespace-pre-wrap", folded && "max-h-72 overflow-hidden")}>
        <BidiText text={folded ? text.slice(0, LONG) : text} />
      </div>
      {text.length > LONG ? (
        <Button size="small" look="plain" className="-ms-2 mt-1" onClick={() => setWhole(!whole)}>
          {whole ? t("show_less") : t("show_all")}
        </Button>
      ) : null}
    </div>
  );
}

interface AttachmentsProps {
  attachments: readonly Attachment[];
  /** Takes one away; without it none can be. */
  onRemove?: (attachment: Attachment) => void;
}

/** Files and images of a message. */
export function Attachments({ attachments, onRemove }: AttachmentsProps) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  if (attachments.length === 0) return null;
  return (
    <ul className="flex max-w-[min(85%,42rem)] flex-wrap justify-end gap-2">
      {attachments.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was sent never changes its order
        <li key={index} className="flex max-w-full items-start gap-1">
          {isPicture(each) ? (
            <PictureButton
              picture={each}
              pictures={picturesOf(attachments)}
              className="max-h-64 max-w-full rounded-xl border border-line"
            />
          ) : each.kind === "file" ? (
            <FileChip {...each} />
          ) : (
            <span className={CHIP}>
              <FileText className="size-4 shrink-0 text-ink-faint" aria-hidden />
              <bdi className="max-w-56 truncate">
                <BidiLine text={each.name} />
              </bdi>
              <span className="text-ink-faint">{format.bytes(each.size)}</span>
            </span>
          )}
          {onRemove ? (
            <IconButton
              label={t("attachment_remove", { file: each.name || t("attached_image") })}
              onClick={() => onRemove(each)}
            >
              <X />
            </IconButton>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

const CHIP = "flex items-center gap-2 rounded-xl border border-line bg-surface px-3 py-2 text-sm";

/** A file that the server has: it opens beside the chat. */
function FileChip({ fileId, name }: FileAttachment) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const { data, error } = useFile(fileId);
  const shown = data?.filename ?? name;
  return (
    <button
      type="button"
      disabled={error !== null}
      onClick={() => openReading({ fileId, filename: shown })}
      className={cx(CHIP, "text-start enabled:hover:bg-hover")}
    >
      <FileIcon name={shown} className="size-4" />
      <bdi className="max-w-56 truncate">
        <BidiLine text={shown} />
      </bdi>
      <span className="text-ink-faint">
        {data ? format.bytes(data.bytes) : error && asApiError(error).status === 404 ? t("file_gone") : ""}
      </span>
    </button>
  );
}

interface EditorProps {
  content: MessageContent;
  onSend: (content: MessageContent) => void;
  onClose: () => void;
}

function MessageEditor({ content, onSend, onClose }: EditorProps) {
  const { t } = useTranslation("chat");
  const [text, setText] = useState(content.text);
  const [attachments, keep] = useState(content.attachments);
  const empty = text.trim() === "" && attachments.length === 0;
  function submit() {
    if (empty) return;
    onSend({ attachments, text });
    onClose();
  }
  return (
    <form
      className="mb-6 flex flex-col gap-3 rounded-2xl border border-line bg-surface p-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Attachments
        attachments={attachments}
        onRemove={(gone) => keep(attachments.filter((each) => each !== gone))}
      />
      <textarea
        // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here
        autoFocus
        dir="auto"
        aria-label={t("edit_label")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") {
            event.stopPropagation();
            onClose();
          }
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            submit();
          }
        }}
        className="field-sizing-content max-h-[50dvh] min-h-20 w-full resize-none bg-transparent px-1 outline-none"
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <p className="me-auto text-sm text-ink-faint">{t("edit_hint")}</p>
        <Button size="small" onClick={onClose}>
          {t("cancel")}
        </Button>
        <Button size="small" look="primary" type="submit" disabled={empty}>
          {t("send")}
        </Button>
      </div>
    </form>
  );
}
