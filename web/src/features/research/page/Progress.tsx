import { useTranslation } from "react-i18next";
import { type Format, useFormat } from "@/lib/i18n/format";
import { isOver } from "../data/queries";
import type { Research } from "../data/types";

const KINDS = ["pages", "seconds", "tokens"] as const;
type Kind = (typeof KINDS)[number];

/** What a research does now, and what it took so far, against what it may take. */
export function Progress({ research }: { research: Research }) {
  const { t } = useTranslation("research");
  const format = useFormat();
  const { stage, waiting, spent, limits, evidence, sources } = research;
  const said = [
    ...(stage && !waiting && !isOver(research) ? [t(`stage_${stage}`)] : []),
    t("sources_count", { count: sources.length, number: format.number(sources.length) }),
    t("passages", { count: evidence.length, number: format.number(evidence.length) }),
  ];
  return (
    <section aria-label={t("progress")} className="flex flex-col gap-2 text-sm">
      {waiting === "plan" ? null : (
        <p role="status" className="text-ink-soft">
          {said.join(" · ")}
        </p>
      )}
      {KINDS.map((kind) => {
        const limit = limits?.[kind] ?? null;
        const used = amount(kind, spent[kind], format);
        return (
          <div key={kind} className="flex flex-wrap items-center gap-x-3">
            <span className="w-24 text-ink-soft">{t(`spent_${kind}`)}</span>
            {limit === null ? null : (
              <progress
                aria-label={t(`spent_${kind}`)}
                max={limit}
                value={Math.min(spent[kind], limit)}
                className="h-1.5 min-w-24 flex-1"
              />
            )}
            <span className="text-ink-faint tabular-nums">
              {limit === null ? used : t("spent_of", { used, limit: amount(kind, limit, format) })}
            </span>
          </div>
        );
      })}
    </section>
  );
}

export function amount(kind: Kind, value: number, format: Format): string {
  return kind === "seconds" ? format.duration(Math.round(value)) : format.number(Math.round(value));
}
