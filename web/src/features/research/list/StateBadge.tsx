import { CircleCheck, CirclePause, CircleStop, CircleX, Hourglass, LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import type { ResearchState } from "../data/queries";

const LOOK: Record<ResearchState, { icon: ReactNode; colour: string }> = {
  running: { icon: <LoaderCircle className="animate-spin" aria-hidden />, colour: "text-accent" },
  waiting: { icon: <Hourglass aria-hidden />, colour: "text-warn" },
  paused: { icon: <CirclePause aria-hidden />, colour: "text-warn" },
  done: { icon: <CircleCheck aria-hidden />, colour: "text-good" },
  failed: { icon: <CircleX aria-hidden />, colour: "text-bad" },
  stopped: { icon: <CircleStop aria-hidden />, colour: "text-ink-faint" },
};

/** How far a research is: a sign and a word. */
export function StateBadge({ state, children }: { state: ResearchState; children?: ReactNode }) {
  const { t } = useTranslation("research");
  const { icon, colour } = LOOK[state];
  return (
    <span className={cx("inline-flex shrink-0 items-center gap-1.5 text-sm [&_svg]:size-4", colour)}>
      {icon}
      {children ?? t(`state_${state}`)}
    </span>
  );
}
