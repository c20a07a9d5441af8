import { useQueries } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Tabs } from "@/components/navigation/tabs";
import { Loading } from "@/components/states";
import { ALIGNED, cx } from "@/lib/class-names";
import { useWide } from "@/lib/use-wide";
import { useThreadActions } from "../thread/thread-actions";
import { isOver, type Turn } from "../turns/branch";
import { turnQuery } from "../turns/queries";
import { Reply } from "./Reply";

/** The replies of several models to one question: side by side, or as tabs where there is no room. */
export default function Comparison({ turn }: { turn: Turn }) {
  const { t } = useTranslation("chat");
  // Without those that were gone on with.
  const ids = turn.versions.flat();
  const others = ids.filter((id) => id !== turn.id);
  const asked = useQueries({ queries: others.map((id) => turnQuery(turn.chat_id, id)) });
  const known = [turn, ...asked.map((each) => each.data).filter((each) => each !== undefined)];
  const group = ids
    .map((id) => known.find((each) => each.id === id))
    .filter((each): each is Turn => each?.group_id === turn.group_id);
  const waits = asked.some((each) => each.isPending);
  const [shown, show] = useState(turn.id);
  useEffect(() => show(turn.id), [turn.id]);
  const columns = useWide(48);
  if (!columns) {
    const tabs = group.map((each, place) => ({
      value: each.id,
      label: each.response?.model ?? t("model_number", { place: place + 1 }),
      content: <Column turn={each} chosen={each.id === turn.id} />,
    }));
    return <Tabs label={t("comparison")} tabs={tabs} value={shown} onChange={show} />;
  }
  return (
    <section
      aria-label={t("comparison")}
      className={cx(
        "relative start-1/2 grid w-[min(76rem,calc(100cqi-2rem))] -translate-x-1/2 gap-3 rtl:translate-x-1/2",
        group.length > 2 ? "grid-cols-3" : "grid-cols-2",
      )}
    >
      {group.map((each) => (
        <div
          key={each.id}
          className={cx(
            "min-w-0 rounded-2xl border bg-surface p-4",
            each.id === turn.id ? "border-accent" : "border-line",
          )}
        >
          <Column turn={each} chosen={each.id === turn.id} heading />
        </div>
      ))}
      {waits ? <Loading /> : null}
    </section>
  );
}

function Column({ turn, chosen, heading = false }: { turn: Turn; chosen: boolean; heading?: boolean }) {
  const { t } = useTranslation("chat");
  const { switchBranch } = useThreadActions();
  return (
    <Reply turn={turn} last alone>
      <div className="flex min-h-9 flex-wrap items-center gap-2">
        {heading ? (
          <h3 dir="auto" className={cx("min-w-0 flex-1 truncate text-sm font-semibold", ALIGNED)}>
            {turn.response?.model}
          </h3>
        ) : null}
        {chosen ? (
          <span className="flex items-center gap-1 text-sm text-accent">
            <Check className="size-4" aria-hidden />
            {t("goes_on_here")}
          </span>
        ) : isOver(turn) && switchBranch ? (
          <Button size="small" onClick={() => switchBranch(turn.id)}>
            {t("go_on_here")}
          </Button>
        ) : null}
      </div>
    </Reply>
  );
}
