import {
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleStop,
  CircleX,
  Hourglass,
  LoaderCircle,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import type { TaskStatus } from "./tasks";

const LOOK: Record<TaskStatus, { icon: ReactNode; colour: string }> = {
  new: { icon: <CircleDashed aria-hidden />, colour: "text-ink-faint" },
  running: { icon: <LoaderCircle className="animate-spin" aria-hidden />, colour: "text-accent" },
  waiting: { icon: <Hourglass aria-hidden />, colour: "text-warn" },
  paused: { icon: <CirclePause aria-hidden />, colour: "text-warn" },
  done: { icon: <CircleCheck aria-hidden />, colour: "text-good" },
  failed: { icon: <CircleX aria-hidden />, colour: "text-bad" },
  stopped: { icon: <CircleStop aria-hidden />, colour: "text-ink-faint" },
};

/** How far a task is: a sign and a word. */
export function StatusBadge({ status }: { status: TaskStatus }) {
  const { t } = useTranslation("tasks");
  const { icon, colour } = LOOK[status];
  return (
    <span className={cx("inline-flex shrink-0 items-center gap-1.5 text-sm [&_svg]:size-4", colour)}>
      {icon}
      {t(`status_${status}`)}
    </span>
  );
}
