import { CircleStop, LoaderCircle } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import { Failure } from "@/components/states";
import { Steps } from "@/features/chat/parts";
import { Markdown } from "@/features/markdown";
import { ApiError } from "@/lib/errors/api-error";
import type { AgentTurn, SessionItem } from "../session/types";
import { type Block, blocksOf } from "./blocks";

interface TimelineProps {
  items: readonly SessionItem[];
  turns: Readonly<Record<string, AgentTurn>>;
  /** Whether the last turn goes on. */
  active: boolean;
}

/** What was said and done for a task, in its order. */
export function Timeline({ items, turns, active }: TimelineProps) {
  const byTurn = useMemo(() => {
    const found = new Map<string, SessionItem[]>();
    for (const item of items) found.set(item.turn_id, [...(found.get(item.turn_id) ?? []), item]);
    return found;
  }, [items]);
  const last = items.at(-1)?.turn_id;
  return [...byTurn].map(([id, mine]) => (
    <Turn key={id} items={mine} turn={turns[id]} active={active && id === last} />
  ));
}

interface TurnProps {
  items: readonly SessionItem[];
  turn: AgentTurn | undefined;
  active: boolean;
}

function Turn({ items, turn, active }: TurnProps) {
  const { t } = useTranslation("tasks");
  const blocks = useMemo(() => blocksOf(items, active), [items, active]);
  return (
    <div className="flex flex-col gap-4 pb-6">
      {blocks.map((block) => (
        <Shown key={block.key} block={block} />
      ))}
      {active && !blocks.some((block) => block.running) ? (
        <p className="flex items-center gap-2 text-sm text-ink-faint">
          <LoaderCircle className="size-4 animate-spin" aria-hidden />
          {t("working")}
        </p>
      ) : null}
      {turn?.error ? <Failure error={new ApiError(turn.error.message, 0, turn.error.code)} /> : null}
      {turn?.status === "cancelled" && !active ? (
        <p className="flex items-center gap-2 text-sm text-ink-faint">
          <CircleStop className="size-4" aria-hidden />
          {t("status_stopped")}
        </p>
      ) : null}
    </div>
  );
}

function Shown({ block }: { block: Block }) {
  const { t } = useTranslation("tasks");
  switch (block.kind) {
    case "steps":
      return <Steps steps={block.steps} running={block.running} />;
    case "thought":
      return (
        <details open={block.running || undefined} className="text-sm text-ink-soft">
          <summary className="flex min-h-8 items-center coarse:min-h-11">{t("thinking")}</summary>
          <div className="mt-1 border-s-2 border-line ps-4">
            <Markdown text={block.text} streaming={block.running} />
          </div>
        </details>
      );
    case "said":
      return (
        <article aria-label={t("you_said")} className="flex max-w-[85%] flex-col items-end gap-2 self-end">
          <Pictures pictures={block.pictures} />
          {block.text ? (
            <div
              dir="auto"
              className="rounded-2xl bg-said px-4 py-2.5 text-start text-base whitespace-pre-wrap"
            >
              <BidiText text={block.text} />
            </div>
          ) : null}
        </article>
      );
    case "answer":
      return (
        <article aria-label={t("answer")}>
          <Markdown text={block.text} streaming={block.running} />
          <Pictures pictures={block.pictures} />
        </article>
      );
  }
}

function Pictures({ pictures }: { pictures: readonly string[] }) {
  const { t } = useTranslation("tasks");
  return pictures.map((url, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pictures of a message keep their places
    <img key={place} src={url} alt={t("picture")} className="max-h-72 max-w-full rounded-xl" />
  ));
}
