import type { ReactNode } from "react";
import { cx } from "@/lib/class-names";

export type Tone = "neutral" | "good" | "bad" | "warn" | "accent";

const TONES: Record<Tone, string> = {
  neutral: "bg-sunken text-ink-soft",
  good: "bg-good-soft text-good",
  bad: "bg-bad-soft text-bad",
  warn: "bg-warn-soft text-warn",
  accent: "bg-accent-soft text-ink",
};

/** One word about a thing's state. */
export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={cx("inline-block rounded-md px-2 py-0.5 text-sm whitespace-nowrap", TONES[tone])}>
      {children}
    </span>
  );
}
