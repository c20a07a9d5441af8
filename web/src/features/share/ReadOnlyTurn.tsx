import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import { Markdown } from "@/features/markdown";
import { useFormat } from "@/lib/i18n/format";

export interface ReadOnly {
  id: string;
  /** Seconds. */
  createdAt: number;
  user: string;
  model: string | null;
  reasoning: string | null;
  reply: string | null;
  status: string | null;
}

/** What was said and the reply, to be read, or `whole` to be printed. */
export function ReadOnlyTurn({ turn, whole = false }: { turn: ReadOnly; whole?: boolean }) {
  const { t } = useTranslation("share");
  const format = useFormat();
  const cut = turn.status !== null && turn.status !== "completed";
  return (
    <article className="turn flex flex-col gap-4">
      <h2 className="sr-only">{t("turn_at", { when: format.dateTime(turn.createdAt * 1000) })}</h2>
      <div
        dir="auto"
        className="said max-w-[85%] self-end rounded-2xl bg-said px-4 py-2.5 text-start text-base whitespace-pre-wrap"
      >
        <BidiText text={turn.user} />
      </div>
      {turn.reasoning ? (
        <details open={whole} className="rounded-xl border border-line px-4 py-2 text-ink-soft">
          <summary className="min-h-8 font-medium">{t("thinking_of", { model: turn.model ?? "" })}</summary>
          <div dir="auto" className="pb-2 text-start whitespace-pre-wrap">
            {turn.reasoning}
          </div>
        </details>
      ) : null}
      {turn.reply ? (
        <div className="reply room-for-wide min-w-0">
          <Markdown text={turn.reply} whole={whole} />
        </div>
      ) : null}
      {turn.reply === null || cut ? (
        <p className="text-sm text-ink-faint">{turn.reply === null ? t("no_reply") : t("cut_reply")}</p>
      ) : null}
      {turn.model ? (
        <p className="text-xs text-ink-faint">
          <bdi>{turn.model}</bdi>
        </p>
      ) : null}
    </article>
  );
}
