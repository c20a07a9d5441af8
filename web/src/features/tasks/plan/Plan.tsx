import { useMutation } from "@tanstack/react-query";
import { Circle, CircleCheck, CircleX, LoaderCircle, Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import { Button, IconButton } from "@/components/button";
import { TextArea } from "@/components/field";
import { Failure } from "@/components/states";
import type { AgentSession } from "../session/types";
import { asText, type PlanLine, replacePlan } from "./plan";

const ICONS: Record<PlanLine["state"], React.ReactNode> = {
  todo: <Circle className="text-ink-faint" aria-hidden />,
  doing: <LoaderCircle className="animate-spin text-accent" aria-hidden />,
  done: <CircleCheck className="text-good" aria-hidden />,
  failed: <CircleX className="text-bad" aria-hidden />,
};

interface PlanProps {
  session: AgentSession;
  plan: readonly PlanLine[];
  /** Whether what is still to be done can be changed. */
  active: boolean;
}

/** What the agent means to do, and how far it is. What it has not begun can be written anew. */
export function Plan({ session, plan, active }: PlanProps) {
  const { t } = useTranslation("tasks");
  const [text, edit] = useState<string | null>(null);
  const { mutate, isPending, error } = useMutation({
    mutationFn: (lines: string) => replacePlan(session.id, lines),
    onSuccess: () => edit(null),
  });
  return (
    <section aria-label={t("plan")} className="mb-5 rounded-xl border border-line bg-surface px-4 py-3">
      <div className="mb-1 flex min-h-9 items-center justify-between">
        <h2 className="text-sm font-medium text-ink-soft">{t("plan")}</h2>
        {active && text === null ? (
          <IconButton label={t("plan_edit")} onClick={() => edit(asText(plan))}>
            <Pencil />
          </IconButton>
        ) : null}
      </div>
      <ol className="flex flex-col gap-1.5">
        {plan.map((line) => (
          <li
            key={line.number}
            className="flex items-start gap-2 [&_svg]:mt-1 [&_svg]:size-4 [&_svg]:shrink-0"
          >
            {ICONS[line.state]}
            <span className="sr-only">{t(`plan_${line.state}`)}</span>
            <span className="shrink-0 rounded bg-sunken px-1.5 font-mono text-sm text-ink-soft">
              {line.verb}
            </span>
            <span dir="auto" className={line.state === "done" ? "text-ink-faint" : undefined}>
              <BidiText text={line.target} />
            </span>
          </li>
        ))}
      </ol>
      {text === null ? null : (
        <form
          className="mt-3 flex flex-col gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            mutate(text);
          }}
        >
          <TextArea
            label={t("plan_rest")}
            hint={t("plan_rest_hint")}
            value={text}
            onChange={(event) => edit(event.target.value)}
          />
          {error ? <Failure error={error} /> : null}
          <div className="flex gap-2">
            <Button type="submit" look="primary" busy={isPending}>
              {t("plan_save")}
            </Button>
            <Button onClick={() => edit(null)}>{t("cancel")}</Button>
          </div>
        </form>
      )}
    </section>
  );
}
