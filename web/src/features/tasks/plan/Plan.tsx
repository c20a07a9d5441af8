import { Circle, CircleCheck, CircleX, LoaderCircle } from "lucide-react";
import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import type { AgentSession } from "../session/types";
import type { PlanLine } from "./plan";

const ICONS = {
  todo: <Circle className="text-ink-faint" aria-hidden />,
  doing: <LoaderCircle className="animate-spin text-accent" aria-hidden />,
  done: <CircleCheck className="text-good" aria-hidden />,
  failed: <CircleX className="text-bad" aria-hidden />,
};

interface PlanProps {
  session: AgentSession;
  plan: readonly PlanLine[];
  active: boolean;
}

/** What the agent means to do, and how far it is. */
export function Plan({ plan }: PlanProps) {
  const { t } = useTranslation("tasks");
  return (
    <section aria-label={t("plan")} className="mb-5 rounded-xl border border-line bg-surface px-4 py-3">
      <h2 className="mb-2 text-sm font-medium text-ink-soft">{t("plan")}</h2>
      <ol className="flex flex-col gap-1.5">
        {plan.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line of a plan is its place
          <li key={place} className="flex items-start gap-2 [&_svg]:mt-1 [&_svg]:size-4 [&_svg]:shrink-0">
            {ICONS[line.state]}
            <span className="sr-only">{t(`plan_${line.state}`)}</span>
            <span dir="auto" className={line.state === "done" ? "text-ink-faint" : undefined}>
              <BidiText text={line.text} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
