import { ShieldCheck, ShieldX } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface DecisionsProps {
  /** Whether each call was allowed. */
  decisions: readonly boolean[];
  /** The way to what was decided in its place before. */
  versions?: ReactNode;
}

/** What the person decided, where otherwise there are words. */
export function Decisions({ decisions, versions }: DecisionsProps) {
  const { t } = useTranslation("chat");
  return (
    <div className="mb-3 flex flex-col items-end gap-1 text-sm text-ink-faint">
      {decisions.map((allowed, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was sent never changes its order
        <p key={place} className="flex items-center gap-2">
          {allowed ? (
            <ShieldCheck className="size-4 shrink-0" aria-hidden />
          ) : (
            <ShieldX className="size-4 shrink-0" aria-hidden />
          )}
          {t(allowed ? "you_approved" : "you_refused")}
        </p>
      ))}
      {versions}
    </div>
  );
}
