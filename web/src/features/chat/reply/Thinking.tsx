import { ChevronRight } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import { useFormat } from "@/lib/i18n/format";
import { create } from "@/lib/store";
import type { Thinking as Timing } from "@/lib/stream";
import { ReplyText } from "./ReplyText";
import { keptThinkingTime, secondsOf } from "./thinking-times";

/** Opens or folds the thinking of all replies; a click on one of them counts from then on for that one. */
const all = create<{ open: boolean; at: number } | null>(null);

export function toggleAllThinking(): void {
  all.set((now) => ({ open: !now?.open, at: (now?.at ?? 0) + 1 }));
}

interface ThinkingProps {
  responseId: string;
  text: string;
  timing: Timing | null;
  running: boolean;
}

/** What the model thought: shown while it thinks, folded when the answer begins, and there to be opened. */
export function Thinking({ responseId, text, timing, running }: ThinkingProps) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const panel = useId();
  const everywhere = all.use();
  const [chosen, setChosen] = useState<{ open: boolean; at: number } | null>(null);
  const choice = (everywhere?.at ?? 0) > (chosen?.at ?? -1) ? everywhere : chosen;
  const open = choice?.open ?? running;
  const seconds = secondsOf(timing) ?? (running ? null : keptThinkingTime(responseId));
  const label = running
    ? null
    : seconds === null
      ? t("thought")
      : t("thought_for", { time: format.duration(Math.max(0.1, seconds)) });
  return (
    <section aria-label={t("thinking_section")} className="text-ink-soft">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => setChosen({ open: !open, at: everywhere?.at ?? 0 })}
        className="-ms-1 flex min-h-8 items-center gap-1 rounded-lg px-1 text-sm hover:text-ink coarse:min-h-11"
      >
        <ChevronRight
          className={cx("size-4 transition-transform", open ? "rotate-90" : "mirrored")}
          aria-hidden
        />
        {label ?? <Clock from={timing?.from ?? null} />}
      </button>
      {open ? (
        <div id={panel} className="ms-1.5 mt-1 mb-3 border-s-2 border-line ps-4 text-sm">
          <ReplyText text={text} streaming={running} />
        </div>
      ) : null}
    </section>
  );
}

/** How long the model has been thinking, second by second. */
function Clock({ from }: { from: number | null }) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = from === null ? null : Math.max(0, Math.floor((now - from) / 1000));
  return (
    <span className="animate-pulse">
      {seconds === null || seconds < 1
        ? t("thinking")
        : t("thinking_for", { time: format.duration(seconds) })}
    </span>
  );
}
