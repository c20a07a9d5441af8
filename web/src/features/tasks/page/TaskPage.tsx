import { useQuery } from "@tanstack/react-query";
import { ArrowDown } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { Failure, Loading } from "@/components/states";
import { useScroll } from "@/features/chat/parts";
import { NotFound } from "@/features/shell";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { useWide } from "@/lib/use-wide";
import { Plan } from "../plan/Plan";
import { planQuery } from "../plan/plan";
import type { Followed } from "../session/feed";
import { cancelTurn, say } from "../session/requests";
import { isActive, isOver, titleOf } from "../session/state";
import type { AgentSession } from "../session/types";
import { useTask } from "../session/use-task";
import { Timeline } from "../timeline/Timeline";
import { Asks } from "./Asks";
import { Limits, useLimits } from "./Limits";
import { PauseButton } from "./PauseButton";
import { Replay } from "./Replay";
import { SayBox } from "./SayBox";
import { TaskHead } from "./TaskHead";
import { useNotices } from "./use-notices";
import { Workbench } from "./Workbench";

/** One task: its plan, what is done for it as it is done, what it waits for, and what came of it. */
export default function TaskPage({ id }: { id: string }) {
  const task = useTask(id);
  if (task.link === "gone") return <NotFound />;
  if (task.error) return <Failure error={task.error} className="m-6" />;
  if (!task.session) return <Loading className="h-full" />;
  return <OpenTask task={task} session={task.session} />;
}

const WIDE_REM = 72;

function OpenTask({ task, session }: { task: Followed; session: AgentSession }) {
  const { t } = useTranslation("tasks");
  const format = useFormat();
  const wide = useWide(WIDE_REM);
  const [moment, setMoment] = useState<number | null>(null);
  const { items } = task;
  const active = isActive(session);
  const works = session.status === "in_progress" && !session.earthshine?.paused;
  const replayed = moment !== null;
  const shown = useMemo(() => (moment === null ? items : items.slice(0, moment)), [items, moment]);
  const seen = `${items.filter(isOver).length}-${session.status}`;
  const plan = useQuery(planQuery(session.id, seen)).data;
  const limits = useLimits(session, seen);
  const held = session.earthshine?.waiting_messages ?? 0;
  const scroll = useScroll(session.id);
  useNotices(session, titleOf(task));

  const send = (text: string) => say(session.id, text).catch(failed);
  const bench = { session, items: shown, active: active && !replayed, seen };
  const course = (
    <>
      {limits && !replayed ? <Limits session={session} limits={limits} /> : null}
      {plan?.length && !replayed ? <Plan session={session} plan={plan} active={active} /> : null}
      <Timeline items={shown} turns={task.turns} active={works && !replayed} />
      {replayed ? null : <Asks session={session} />}
    </>
  );
  return (
    <div className="flex h-full min-w-0 flex-col">
      <TaskHead task={task} session={session} onReplay={items.length > 0 ? () => setMoment(0) : undefined} />
      {replayed ? (
        <Replay count={items.length} shown={moment} onShow={setMoment} onClose={() => setMoment(null)} />
      ) : null}
      <div className="flex min-h-0 flex-1">
        <section aria-label={t("course")} className="relative flex min-w-0 flex-1 flex-col">
          <div ref={scroll.area} className="min-h-0 flex-1 overflow-y-auto px-4 sm:px-6">
            <div ref={scroll.content} className="mx-auto flex w-full max-w-3xl flex-col pt-4">
              {wide ? course : <Workbench {...bench} course={course} />}
            </div>
          </div>
          {replayed ? null : (
            <footer className="relative mx-auto w-full max-w-3xl px-4 pb-4 [anchor-name:--footer] sm:px-6">
              {scroll.away ? (
                <IconButton
                  label={t("to_newest")}
                  look="outline"
                  onClick={() => scroll.toEnd(true)}
                  className="absolute start-1/2 -top-11 -translate-x-1/2 rounded-full! shadow-raised rtl:translate-x-1/2"
                >
                  <ArrowDown />
                </IconButton>
              ) : null}
              {task.link === "away" ? (
                <p role="status" className="pb-2 text-sm text-warn">
                  {t("reconnecting")}
                </p>
              ) : null}
              {held > 0 ? (
                <p role="status" className="pb-2 text-sm text-ink-faint">
                  {t("heard_next", { count: held, number: format.number(held) })}
                </p>
              ) : null}
              <SayBox
                label={t("say")}
                placeholder={t(active ? "say_running" : "say_more")}
                busy={false}
                onSend={send}
                actions={active ? <PauseButton session={session} /> : null}
                onStop={active ? () => void cancelTurn(session.id).catch(report) : undefined}
              />
            </footer>
          )}
        </section>
        {wide ? (
          <aside
            aria-label={t("workbench")}
            className="w-[min(44%,44rem)] shrink-0 overflow-y-auto border-s border-line bg-surface px-5 pt-4 pb-10"
          >
            <Workbench {...bench} />
          </aside>
        ) : null}
      </div>
    </div>
  );
}

function report(thrown: unknown): void {
  toast(errorText(thrown), { kind: "error" });
}

/** Says so, and lets whoever sent it keep the words. */
function failed(thrown: unknown): never {
  report(thrown);
  throw thrown;
}
