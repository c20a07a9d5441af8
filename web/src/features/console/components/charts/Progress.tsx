import { cx } from "@/lib/class-names";
import { useFormat } from "@/lib/i18n/format";

interface ProgressProps {
  label: string;
  /** From 0 to 1. */
  part: number;
  words?: string;
  /** Whether it is work that gets done, of which all is wanted; otherwise something is used up. */
  work?: boolean;
}

/** How much of something is used or done: a bar, and the words beside it. */
export function Progress({ label, part, words, work = false }: ProgressProps) {
  const format = useFormat();
  const held = Math.min(1, Math.max(0, part));
  const tone = work || part < 0.8 ? "bg-accent" : part < 1 ? "bg-warn" : "bg-bad";
  return (
    <div className="flex flex-col gap-1">
      {words ? <span className="text-sm text-ink-soft tabular-nums">{words}</span> : null}
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(held * 100)}
        aria-valuetext={words ?? format.percent(held)}
        className="h-2 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className={cx("h-full rounded-full transition-[width]", tone)}
          style={{ width: `${held * 100}%` }}
        />
      </div>
    </div>
  );
}
