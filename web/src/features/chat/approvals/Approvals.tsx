import { ShieldQuestion } from "lucide-react";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { useToolWords } from "@/features/tools";
import { useOutgoing } from "../outbox/browser-outbox";
import { useThreadActions } from "../thread/thread-actions";
import type { Turn } from "../turns/branch";
import { Arguments } from "./Arguments";
import { type ApprovalRequest, decisionItem } from "./approvals";

interface ApprovalsProps {
  turn: Turn;
  requests: readonly ApprovalRequest[];
  last: boolean;
}

/** The calls that a reply asks about: allowed or refused at its end, and only named further up. */
export default function Approvals({ turn, requests, last }: ApprovalsProps) {
  const actions = useThreadActions();
  const [decided, setDecided] = useState<Readonly<Record<string, boolean>>>({});
  const answered = useOutgoing(turn.chat_id).some((each) => each.parentId === turn.id);
  const { answer } = actions;
  const open = last && !answered && answer !== undefined;
  const list = useRef<HTMLUListElement>(null);

  function decide(request: ApprovalRequest, approve: boolean) {
    const now = { ...decided, [request.id]: approve };
    setDecided(now);
    // The answers to one reply are one turn.
    if (requests.some((each) => now[each.id] === undefined)) return;
    answer?.(
      turn,
      requests.map((each) => decisionItem(each.id, now[each.id] === true)),
    );
    setDecided({});
    // The buttons go away; what comes next follows from here.
    list.current?.focus();
  }

  return (
    <ul ref={list} tabIndex={-1} className="flex flex-col gap-3 outline-none">
      {requests.map((request) => (
        <li key={request.id}>
          <Card
            request={request}
            decided={decided[request.id]}
            onDecide={open ? (approve) => decide(request, approve) : undefined}
          />
        </li>
      ))}
    </ul>
  );
}

interface CardProps {
  request: ApprovalRequest;
  decided: boolean | undefined;
  /** Without it there is nothing to decide any more. */
  onDecide?: (approve: boolean) => void;
}

function Card({ request, decided, onDecide }: CardProps) {
  const { t } = useTranslation("chat");
  const words = useToolWords();
  const heading = useId();
  const { own, name, server } = request;
  const asks = own
    ? t("approval_own", { tool: words(server).name, name })
    : t("approval_server", { name, server });
  return (
    <section
      aria-labelledby={heading}
      className="flex flex-col gap-3 rounded-xl border border-line bg-surface px-4 py-3"
    >
      <p id={heading} className="flex items-start gap-2 font-medium">
        <ShieldQuestion className="mt-0.5 size-5 shrink-0 text-warn" aria-hidden />
        <span className="min-w-0 wrap-anywhere">{asks}</span>
      </p>
      <Arguments json={request.arguments} />
      {onDecide ? (
        <div className="flex flex-wrap gap-2">
          <Button
            look={decided === false ? "outline" : "primary"}
            aria-pressed={decided === undefined ? undefined : decided}
            onClick={() => onDecide(true)}
          >
            {t("approve")}
          </Button>
          <Button
            look={decided === false ? "primary" : "outline"}
            aria-pressed={decided === undefined ? undefined : !decided}
            onClick={() => onDecide(false)}
          >
            {t("refuse")}
          </Button>
          {decided === undefined ? null : (
            <p role="status" className="self-center text-sm text-ink-faint">
              {t("approval_others")}
            </p>
          )}
        </div>
      ) : null}
    </section>
  );
}
