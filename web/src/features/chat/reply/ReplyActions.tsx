import { Check, ChevronDown, Copy, Gauge, RefreshCw } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { Popover } from "@/components/overlays/popover";
import { Loading } from "@/components/states";
import { footnoted } from "@/features/reading";
import { cx } from "@/lib/class-names";
import type { Reply } from "@/lib/stream";
import { useCitedText } from "../citations/use-cited-text";
import { ModelChoices, PICKER } from "../models/ModelPicker";
import { BranchPager } from "../thread/BranchPager";
import { useThreadActions } from "../thread/thread-actions";
import { isOver, type Turn } from "../turns/branch";
import { replyVersions } from "../turns/versions";
import { Rating } from "./Rating";

const UsageDetails = lazy(() => import("./UsageDetails"));

interface ReplyActionsProps {
  turn: Turn;
  reply: Reply | null;
  text: string;
  last: boolean;
  alone?: boolean;
}

/** What can be done with a reply. Always there under the last one; under others when they are pointed at. */
export function ReplyActions({ turn, reply, text, last, alone = false }: ReplyActionsProps) {
  const { t } = useTranslation("chat");
  const actions = useThreadActions();
  const cited = useCitedText(reply);
  const copied = footnoted(cited, useTranslation("reading").t);
  return (
    <div
      className={cx(
        "-ms-2 flex flex-wrap items-center gap-0.5 transition-opacity",
        last ? "" : "opacity-0 group-hover/reply:opacity-100 focus-within:opacity-100 coarse:opacity-100",
      )}
    >
      {alone ? null : <BranchPager label={t("versions_reply")} ids={replyVersions(turn)} shown={turn.id} />}
      {text ? <CopyButton text={copied} label={t("copy_reply")} /> : null}
      <IconButton label={t("regenerate")} onClick={() => actions.regenerate(turn)}>
        <RefreshCw />
      </IconButton>
      <AnswerWith turn={turn} asked={reply?.model ?? null} />
      {reply && isOver(turn) && !actions.temporary ? <Rating turn={turn} /> : null}
      {reply ? (
        <Popover
          label={t("usage")}
          trigger={
            <IconButton label={t("usage")}>
              <Gauge />
            </IconButton>
          }
        >
          <Suspense fallback={<Loading className="p-2" />}>
            <UsageDetails turn={turn} reply={reply} />
          </Suspense>
        </Popover>
      ) : null}
    </div>
  );
}

/** Asks another model the same. */
function AnswerWith({ turn, asked }: { turn: Turn; asked: string | null }) {
  const { t } = useTranslation("chat");
  const actions = useThreadActions();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="start"
      label={t("regenerate_with")}
      className={PICKER}
      trigger={
        <IconButton label={t("regenerate_with")} className="-ms-1.5 w-6! coarse:w-9!">
          <ChevronDown className="size-3.5!" />
        </IconButton>
      }
    >
      <p className="px-3.5 pt-2.5 text-sm font-medium">{t("regenerate_with")}</p>
      <Suspense fallback={<Loading className="p-2" />}>
        <ModelChoices
          label={t("models")}
          chosen={asked}
          onChoose={(model) => {
            setOpen(false);
            actions.regenerate(turn, model);
          }}
        />
      </Suspense>
    </Popover>
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
