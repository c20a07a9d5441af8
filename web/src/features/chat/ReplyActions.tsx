import { Check, Copy, RefreshCw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { cx } from "@/lib/class-names";
import type { Reply } from "@/lib/stream";
import { BranchWalker } from "./BranchWalker";
import { useThreadActions } from "./thread-actions";
import type { Turn } from "./turns";

interface ReplyActionsProps {
  turn: Turn;
  reply: Reply | null;
  text: string;
  last: boolean;
}

/** What can be done with a reply. Always there under the last one; under others when they are pointed at. */
export function ReplyActions({ turn, text, last }: ReplyActionsProps) {
  const { t } = useTranslation("chat");
  const actions = useThreadActions();
  return (
    <div
      className={cx(
        "-ms-2 flex flex-wrap items-center gap-0.5 transition-opacity",
        last ? "" : "opacity-0 group-hover/reply:opacity-100 focus-within:opacity-100 coarse:opacity-100",
      )}
    >
      <BranchWalker turn={turn} />
      {text ? <CopyButton text={text} label={t("copy_reply")} /> : null}
      <IconButton label={t("regenerate")} onClick={() => actions.regenerate(turn)}>
        <RefreshCw />
      </IconButton>
    </div>
  );
}

/** Copies a text, and shows for a moment that it did. */
export function CopyButton({
  text,
  label,
  icon = <Copy />,
}: {
  text: string;
  label: string;
  icon?: ReactNode;
}) {
  const { t } = useTranslation("chat");
  const [done, setDone] = useState(false);
  async function copy() {
    await copyText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  }
  return (
    <IconButton label={done ? t("copied") : label} onClick={() => void copy()}>
      {done ? <Check /> : icon}
    </IconButton>
  );
}

/** Puts a text on the clipboard, also where the page came over plain HTTP and browsers have no clipboard for it. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr-only";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
