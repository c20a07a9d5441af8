import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import { useFormat } from "@/lib/i18n/format";
import type { Report } from "../data/types";
import { amount } from "../page/Progress";

/** How the report came about: what was searched and read, what each stage took, and why it ended. */
export function Method({ report }: { report: Report }) {
  const { t } = useTranslation("research");
  const format = useFormat();
  const { method } = report;
  const { model, queries, rounds, pages, stages, limits, stopped } = method;
  const set = (["pages", "seconds", "tokens"] as const).filter((kind) => limits[kind] !== undefined);
  return (
    <div className="flex flex-col gap-5">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
        <Fact name={t("method_model")}>
          <bdi>{model}</bdi>
        </Fact>
        <Fact name={t("method_made")}>{format.dateTime(report.created_at * 1000)}</Fact>
        <Fact name={t("method_rounds")}>{format.number(rounds)}</Fact>
        <Fact name={t("method_pages")}>{format.number(pages)}</Fact>
        <Fact name={t("method_limits")}>
          {set
            .map((kind) => `${t(`spent_${kind}`)}: ${amount(kind, limits[kind] ?? 0, format)}`)
            .join(" · ") || t("no_limits")}
        </Fact>
        <Fact name={t("method_ended")}>{t(`stopped_${stopped}`)}</Fact>
      </dl>
      <div className="overflow-x-auto">
        <table className="w-full border-collapse text-sm whitespace-nowrap tabular-nums">
          <caption className="pb-1 text-start font-medium">{t("method_stages")}</caption>
          <thead>
            <tr className="border-b border-line-strong text-ink-soft [&>th]:px-2 [&>th]:py-1 [&>th]:text-start [&>th]:font-medium">
              <th scope="col">{t("stage")}</th>
              <th scope="col">{t("stage_seconds")}</th>
              <th scope="col">{t("stage_tokens_in")}</th>
              <th scope="col">{t("stage_tokens_out")}</th>
              <th scope="col">{t("stage_calls")}</th>
            </tr>
          </thead>
          <tbody>
            {stages.map((each) => (
              <tr key={each.stage} className="border-b border-line [&>*]:px-2 [&>*]:py-1">
                <th scope="row" className="text-start font-normal">
                  {t(`stage_${each.stage}`)}
                </th>
                <td>{format.duration(each.seconds)}</td>
                <td>{format.number(each.input_tokens)}</td>
                <td>{format.number(each.output_tokens)}</td>
                <td>{format.number(each.calls)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <section aria-label={t("method_queries")}>
        <h3 className="font-medium">{t("method_queries")}</h3>
        <ul className="list-disc ps-5">
          {queries.map((query) => (
            <li key={query} dir="auto">
              <BidiText text={query} />
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-soft">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}
