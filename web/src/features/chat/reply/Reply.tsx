import { CircleSlash, CloudOff, Scissors, TriangleAlert, Wrench } from "lucide-react";
import { lazy, type ReactNode, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { ErrorMessage } from "@/components/error-message";
import { isResearch, ResearchCard } from "@/features/research";
import { cx } from "@/lib/class-names";
import { useFormat } from "@/lib/i18n/format";
import { answerOf, hasEnded, type Reply as ReplyObject, thoughtsOf, toolsOf } from "@/lib/stream";
import { requestsOf } from "../approvals/approvals";
import { CitedReply } from "../citations/CitedReply";
import { useCitedText } from "../citations/use-cited-text";
import { WebSources } from "../citations/WebSources";
import { filesNamedIn } from "../steps/made-files";
import { stepsOf } from "../steps/steps";
import { useThreadActions } from "../thread/thread-actions";
import { isOver, type Turn } from "../turns/branch";
import { ReplyActions } from "./ReplyActions";
import { ReplyHead } from "./ReplyHead";
import { Thinking } from "./Thinking";
import { useReply } from "./use-reply";
import { Waiting } from "./Waiting";

const Steps = lazy(() => import("../steps/Steps"));
const MadeFiles = lazy(() => import("../steps/MadeFiles"));
const Approvals = lazy(() => import("../approvals/Approvals"));

interface ReplyProps {
  turn: Turn;
  last: boolean;
  /** One of several that stand side by side, without the way to its siblings. */
  alone?: boolean;
  /** What stands above it. */
  children?: ReactNode;
}

/** What the model answers to one turn: its thinking, its words, and what became of them. */
export function Reply({ turn, last, alone, children }: ReplyProps) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const { reply, thinking, link } = useReply(turn);
  const running = reply ? !hasEnded(reply) : !isOver(turn);
  const text = answerOf(reply);
  const cited = useCitedText(reply);
  const thoughts = thoughtsOf(reply);
  const steps = stepsOf(reply, running);
  const tools = toolsOf(reply, (item) => steps.some((step) => step.key === item.id));
  const requests = requestsOf(reply);
  const files = filesNamedIn(reply, steps);
  return (
    <article aria-label={t("reply")} className="group/reply flex min-w-0 flex-col gap-3">
      {children ?? <ReplyHead turn={turn} model={reply?.model} />}
      {reply && isResearch(reply.model) ? (
        <Suspense>
          <ResearchCard id={reply.id} />
        </Suspense>
      ) : null}
      {thoughts || thinking ? (
        <Thinking
          responseId={turn.response_id ?? turn.id}
          text={thoughts}
          timing={thinking}
          running={running && text === "" && !thinking?.done}
        />
      ) : null}
      {steps.length > 0 ? (
        <Suspense>
          <Steps steps={steps} running={running} />
        </Suspense>
      ) : null}
      {tools.length > 0 ? (
        <Note icon={<Wrench />}>{t("tools_called", { names: format.list(tools) })}</Note>
      ) : null}
      {text ? (
        <div data-reply-text className={cx("min-w-0", !alone && "room-for-wide")}>
          <CitedReply cited={cited} streaming={running} />
        </div>
      ) : null}
      {running && !text && !thoughts ? (
        <Waiting queued={turn.status === "queued" && !turn.response_id} model={reply?.model} />
      ) : null}
      {running && link === "away" ? (
        <Note icon={<CloudOff />}>{t(navigator.onLine ? "reconnecting" : "offline")}</Note>
      ) : null}
      {running || requests.length === 0 ? null : (
        <Suspense>
          <Approvals turn={turn} requests={requests} last={last} />
        </Suspense>
      )}
      {running || files.length === 0 ? null : (
        <Suspense>
          <MadeFiles files={files} />
        </Suspense>
      )}
      {running ? null : <WebSources citations={cited.citations} />}
      {running ? null : <Ending turn={turn} reply={reply} text={text} last={last} />}
      {running ? null : <ReplyActions turn={turn} reply={reply} text={text} last={last} alone={alone} />}
    </article>
  );
}

/** Why a reply ended as it did, where that is not plain, and what can be done. */
function Ending({
  turn,
  reply,
  text,
  last,
}: {
  turn: Turn;
  reply: ReplyObject | null;
  text: string;
  last: boolean;
}) {
  const { t } = useTranslation("chat");
  const actions = useThreadActions();
  const status = reply?.status ?? turn.status;
  const again = (
    <Button size="small" onClick={() => actions.regenerate(turn)}>
      {t("try_again")}
    </Button>
  );
  // Further up it would hide all that was said since.
  const more =
    last && text ? (
      <Button size="small" onClick={() => actions.goOn(turn)}>
        {t("go_on")}
      </Button>
    ) : null;
  if (status === "failed") {
    const error = reply?.error ?? turn.error;
    return (
      <div
        role="alert"
        className="flex flex-wrap items-center gap-3 rounded-xl bg-bad-soft px-4 py-3 text-bad"
      >
        <TriangleAlert className="size-5 shrink-0" aria-hidden />
        <p className="min-w-0 flex-1 basis-60">{error ? <ErrorMessage fault={error} /> : t("failed")}</p>
        <span className="flex gap-2 text-ink">
          {more}
          {again}
        </span>
      </div>
    );
  }
  if (status === "cancelled")
    return (
      <Note icon={<CircleSlash />} action={more ?? again}>
        {t("stopped")}
      </Note>
    );
  if (status === "incomplete") {
    const filtered = reply?.incomplete_details?.reason === "content_filter";
    return (
      <Note icon={<Scissors />} action={filtered ? again : (more ?? again)}>
        {filtered ? t("filtered") : t("cut")}
      </Note>
    );
  }
  if (reply && !text && status === "completed" && toolsOf(reply).length + requestsOf(reply).length === 0)
    return (
      <Note icon={<CircleSlash />} action={again}>
        {t("said_nothing")}
      </Note>
    );
  return null;
}

function Note({ icon, children, action }: { icon: ReactNode; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-2 text-sm text-ink-faint [&_svg]:size-4">
      {icon}
      <span>{children}</span>
      {action}
    </div>
  );
}
