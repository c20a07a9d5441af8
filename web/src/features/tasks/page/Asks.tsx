import { useMutation } from "@tanstack/react-query";
import { Hourglass, ShieldQuestion } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Failure } from "@/components/states";
import { Arguments, Terminal } from "@/features/chat/parts";
import { useToolWords } from "@/features/tools";
import { decide, refuseCall } from "../session/requests";
import type { AgentSession, RequiredAction } from "../session/types";

/** What a task waits for: calls to be allowed or refused, and functions that nobody here can run. */
export function Asks({ session }: { session: AgentSession }) {
  const { t } = useTranslation("tasks");
  const asked = session.required_actions;
  if (session.status !== "requires_action" || asked.length === 0) return null;
  return (
    <ul aria-label={t("waits_for_you")} className="flex flex-col gap-3 pb-4">
      {asked.map((action) => (
        <li key={action.request_id ?? action.call_id ?? action.type}>
          {action.request_id && action.request ? (
            <Approval session={session} id={action.request_id} request={action.request} />
          ) : (
            <Elsewhere session={session} action={action} />
          )}
        </li>
      ))}
    </ul>
  );
}

interface ApprovalProps {
  session: AgentSession;
  id: string;
  request: NonNullable<RequiredAction["request"]>;
}

function Approval({ session, id, request }: ApprovalProps) {
  const { t } = useTranslation("chat");
  const words = useToolWords();
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: (approve: boolean) => decide(session.id, id, approve),
  });
  const { name, server_label: server } = request;
  const own = words(server).name;
  const asks =
    own === server ? t("approval_server", { name, server }) : t("approval_own", { tool: own, name });
  return (
    <Card icon={<ShieldQuestion className="text-warn" />} title={asks} given={request.arguments}>
      {error ? <Failure error={error} /> : null}
      <div className="flex flex-wrap gap-2">
        <Button look="primary" disabled={isPending || isSuccess} onClick={() => mutate(true)}>
          {t("approve")}
        </Button>
        <Button disabled={isPending || isSuccess} onClick={() => mutate(false)}>
          {t("refuse")}
        </Button>
      </div>
    </Card>
  );
}

/** What can be done only by a program, or on a machine that is not here. */
function Elsewhere({ session, action }: { session: AgentSession; action: RequiredAction }) {
  const { t } = useTranslation("tasks");
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => refuseCall(session.id, action),
  });
  const title = action.name
    ? t("asks_function", { name: action.name })
    : t("asks_elsewhere", { what: action.type });
  return (
    <Card icon={<Hourglass className="text-warn" />} title={title} given={action.arguments}>
      {error ? <Failure error={error} /> : null}
      {action.call_id ? (
        <Button className="self-start" disabled={isPending || isSuccess} onClick={() => mutate()}>
          {t("go_on_without")}
        </Button>
      ) : null}
    </Card>
  );
}

/** What exactly will be done: commands as a terminal has them, all else by name. */
function Given({ given }: { given: unknown }) {
  const { commands, ...rest } = (given ?? {}) as { commands?: unknown };
  if (!Array.isArray(commands) || !commands.every((each) => typeof each === "string"))
    return <Arguments json={typeof given === "string" ? given : JSON.stringify(given ?? {})} />;
  return (
    <>
      <Terminal text={commands.map((each) => `$ ${each.replaceAll("\n", "\n  ")}`).join("\n")} live={false} />
      <Arguments json={JSON.stringify(rest)} />
    </>
  );
}

interface CardProps {
  icon: ReactNode;
  title: string;
  given: unknown;
  children: ReactNode;
}

function Card({ icon, title, given, children }: CardProps) {
  const heading = useId();
  return (
    <section
      aria-labelledby={heading}
      className="flex flex-col gap-3 rounded-xl border border-line bg-surface px-4 py-3"
    >
      <p id={heading} className="flex items-start gap-2 font-medium [&_svg]:mt-0.5 [&_svg]:size-5">
        <span className="shrink-0" aria-hidden>
          {icon}
        </span>
        <span className="min-w-0 wrap-anywhere">{title}</span>
      </p>
      <Given given={given} />
      {children}
    </section>
  );
}
