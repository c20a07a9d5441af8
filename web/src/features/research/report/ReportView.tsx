import { Shovel } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import { IconButton } from "@/components/button";
import { useFormat } from "@/lib/i18n/format";
import { useTell } from "../data/queries";
import { toldBefore } from "../data/report";
import type { Report, Research } from "../data/types";
import { Claims } from "./Claims";
import { Contradictions } from "./Contradictions";
import { type Grounds, GroundsContext, groundsOf } from "./grounds";
import { Tables } from "./Tables";

interface ReportViewProps {
  research: Research;
  report: Report;
  /** The claim whose evidence is open. */
  shown: string | null;
  onShow: (claim: string | null) => void;
}

/** The report. A sentence that is pressed shows what it stands on; a number opens the passage in its page. */
export function ReportView({ research, report, shown, onShow }: ReportViewProps) {
  const { t } = useTranslation("research");
  const { mutate, isPending } = useTell(research.id);
  const grounds: Grounds = useMemo(
    () => groundsOf(research.id, report, shown, onShow),
    [research.id, report, shown, onShow],
  );
  const { title, summary, sections, contradictions, not_found, changes, language } = report;
  const told = toldBefore(sections);
  return (
    <GroundsContext value={grounds}>
      <article
        aria-label={t("report")}
        lang={language || undefined}
        dir="auto"
        className="flex flex-col gap-5 text-base leading-relaxed"
      >
        <h2 className="text-xl font-semibold">
          <BidiText text={title} />
        </h2>
        {changes ? <Changes changes={changes} /> : null}
        {summary.length > 0 ? (
          <div className="rounded-xl bg-said px-4 py-3">
            <Claims ids={summary} place="summary" />
          </div>
        ) : null}
        {sections.map((section) => (
          <section key={section.id} aria-labelledby={`section-${section.id}`} className="flex flex-col gap-2">
            <div className="flex items-start justify-between gap-2">
              <h3 id={`section-${section.id}`} className="min-w-0 flex-1 text-lg font-semibold">
                <BidiText text={section.heading} />
              </h3>
              <IconButton
                label={t("deepen", { question: section.heading })}
                disabled={isPending}
                onClick={() => mutate({ to: "deepen", body: { question: section.id } })}
              >
                <Shovel className="mirrored" />
              </IconButton>
            </div>
            {told.has(section.id) ? (
              <p dir="auto" className="text-ink-soft">
                ↑ <BidiText text={told.get(section.id) ?? ""} />
              </p>
            ) : (
              <Claims ids={section.claims} place={section.id} />
            )}
            <Tables tables={section.tables} />
          </section>
        ))}
        {contradictions.length > 0 ? <Contradictions contradictions={contradictions} /> : null}
        {not_found.length > 0 ? (
          <section aria-label={t("not_found")} className="rounded-xl bg-warn-soft px-4 py-3">
            <h3 className="font-semibold text-warn">{t("not_found")}</h3>
            <ul className="list-disc ps-5">
              {not_found.map((question) => (
                <li key={question}>
                  <BidiText text={question} />
                </li>
              ))}
            </ul>
          </section>
        ) : null}
      </article>
    </GroundsContext>
  );
}

function Changes({ changes }: { changes: NonNullable<Report["changes"]> }) {
  const { t } = useTranslation("research");
  const format = useFormat();
  const { added, gone, since_at } = changes;
  return (
    <section aria-label={t("changes")} className="rounded-xl border border-line px-4 py-3 text-sm">
      <p>
        {t("changes_since", { date: format.date(since_at * 1000) })}{" "}
        {t("changes_added", { count: added.length, number: format.number(added.length) })}
      </p>
      {gone.length > 0 ? (
        <>
          <p className="mt-1 text-ink-soft">{t("changes_gone")}</p>
          <ul className="list-disc ps-5 text-ink-soft">
            {gone.map((text) => (
              <li key={text}>
                <BidiText text={text} />
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </section>
  );
}
