import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import { useFormat } from "@/lib/i18n/format";
import { COVERAGES, coverageOf, type Coverage as Kind } from "../data/report";
import type { Report } from "../data/types";

const COLOURS: Record<Kind, string> = { none: "bg-bad", one: "bg-moon", many: "bg-good" };

/** The claims by how many independent sources they stand on. */
export function Coverage({ report, onShow }: { report: Report; onShow: (claim: string) => void }) {
  const { t } = useTranslation("research");
  const format = useFormat();
  const groups = useMemo(() => coverageOf(report), [report]);
  const all = report.claims.length;
  if (all === 0) return <p className="text-ink-soft">{t("no_claims")}</p>;
  return (
    <div className="flex flex-col gap-5">
      <p className="text-sm text-ink-soft">{t("coverage_about")}</p>
      <div aria-hidden className="flex h-2.5 overflow-hidden rounded-full">
        {COVERAGES.map((kind) => (
          <span key={kind} className={COLOURS[kind]} style={{ flexGrow: groups[kind].length }} />
        ))}
      </div>
      {COVERAGES.map((kind) => (
        <section key={kind} aria-label={t(`coverage_${kind}`)} className="flex flex-col gap-1">
          <h3 className="flex items-center gap-2 font-medium">
            <span aria-hidden className={`size-2.5 rounded-full ${COLOURS[kind]}`} />
            {t(`coverage_${kind}`)}
            <span className="text-ink-faint">
              {t("claims", { count: groups[kind].length, number: format.number(groups[kind].length) })}
            </span>
          </h3>
          <ul lang={report.language || undefined} className="flex flex-col">
            {groups[kind].map((claim) => (
              <li key={claim.id}>
                <button
                  type="button"
                  dir="auto"
                  onClick={() => onShow(claim.id)}
                  className="w-full rounded-lg px-2 py-1.5 text-start hover:bg-hover coarse:min-h-11"
                >
                  <BidiText text={claim.text} />
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
