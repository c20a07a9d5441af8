import { CircleAlert, CircleCheck } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "@/lib/i18n/format";
import { useAccess } from "../access";
import { Badge } from "../components/Badge";
import { BarChart } from "../components/charts/BarChart";
import { Stat, Stats } from "../components/charts/Stat";
import { curlLine, EmptyWithExample } from "../components/code/EmptyWithExample";
import { Loaded } from "../components/Loaded";
import { Page, Section, Sheet } from "../components/Page";
import { LogTable } from "../log/LogTable";
import { LOG_FILTERS, useLog } from "../log/queries";
import { useEngines } from "../models/queries";
import { useReport } from "../usage/queries";
import { seriesOf, totalsOf } from "../usage/report";
import { useAlerts } from "./alerts";

const HOUR = 3_600;
const HOURS = 24;

/** What happened in the last day, what runs, and what needs somebody. */
export default function Overview() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const range = useMemo(
    () => ({ from: (Math.floor(Date.now() / 1000 / HOUR) - HOURS + 1) * HOUR, to: null }),
    [],
  );
  const report = useReport({ whose: "project", range, grouping: "model", width: "1h" }, 15_000);
  const failures = useLog(FAILED, true);
  const failed = failures.data?.pages[0];
  return (
    <Page title={t("nav_overview")} text={t("overview_text")}>
      <Alerts failed={failures.isPending || Boolean(failed?.data.length)} />
      <Loaded query={report}>
        {(buckets) => {
          const totals = totalsOf(buckets);
          const count = failed?.data.length ?? 0;
          return (
            <>
              <Stats>
                <Stat label={t("requests")} value={format.number(totals.requests)} />
                <Stat
                  label={t("tokens")}
                  value={format.number(totals.tokens, { notation: "compact", maximumFractionDigits: 1 })}
                  hint={t("tokens_in_out", {
                    input: format.number(totals.input, { notation: "compact" }),
                    output: format.number(totals.output, { notation: "compact" }),
                  })}
                />
                <Stat label={t("cost")} value={format.money(totals.cost)} />
                <Stat
                  label={t("overview_errors")}
                  value={failed?.has_more ? `${format.number(count)}+` : format.number(count)}
                  hint={
                    count ? (
                      <Link href="/console/log?status=failed&since=day" className="text-accent underline">
                        {t("overview_see_errors")}
                      </Link>
                    ) : null
                  }
                />
              </Stats>
              {totals.requests ? (
                <BarChart
                  title={t("overview_requests_by_hour")}
                  labels={buckets.map((bucket) =>
                    format.date(bucket.start_time * 1000, { weekday: "short", hour: "numeric" }),
                  )}
                  series={seriesOf(buckets, "model", "requests", (id) => id ?? "—")}
                  format={(value) => format.number(value, { notation: "compact" })}
                  whole
                />
              ) : null}
            </>
          );
        }}
      </Loaded>
      <Running />
      <Latest />
    </Page>
  );
}

const FAILED = { ...LOG_FILTERS, status: "failed", since: "day" };

/** What needs somebody. All is well only when no request failed either. */
function Alerts({ failed }: { failed: boolean }) {
  const { t } = useTranslation("console");
  const alerts = useAlerts();
  if (alerts.length === 0) {
    if (failed) return null;
    return (
      <p className="flex items-center gap-2 text-good">
        <CircleCheck className="size-5 shrink-0" aria-hidden />
        {t("overview_well")}
      </p>
    );
  }
  return (
    <ul aria-label={t("overview_alerts")} className="flex flex-col gap-2">
      {alerts.map((alert) => (
        <li key={alert.id} className="flex items-start gap-2 rounded-xl bg-warn-soft px-4 py-2.5 text-warn">
          <CircleAlert className="mt-0.5 size-5 shrink-0" aria-hidden />
          <span dir="auto" className="min-w-0 flex-1">
            {alert.text}
          </span>
          <Link href={alert.path} className="shrink-0 underline">
            {t("overview_look")}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Running() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const engines = useEngines(5_000);
  const running = engines.data?.data ?? [];
  return (
    <Section title={t("overview_running")}>
      {running.length ? (
        <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
          {running.map((engine) => (
            <li key={engine.model}>
              <Sheet>
                <p className="flex items-center justify-between gap-2">
                  <bdi className="font-medium">{engine.model}</bdi>
                  <Badge
                    tone={engine.state === "ready" ? "good" : engine.state === "failed" ? "bad" : "accent"}
                  >
                    {t(`engine_${engine.state}`)}
                  </Badge>
                </p>
                <p className="text-sm text-ink-soft">
                  {t("overview_busy", { count: engine.requests, n: format.number(engine.requests) })}
                </p>
              </Sheet>
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-ink-soft">{t("overview_nothing_loaded")}</p>
      )}
    </Section>
  );
}

function Latest() {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const log = useLog(LOG_FILTERS, true);
  return (
    <Section
      title={t("overview_latest")}
      actions={
        <Link href="/console/log" className="text-accent underline">
          {t("nav_log")}
        </Link>
      }
    >
      {log.data ? (
        <LogTable
          rows={(log.data.pages[0]?.data ?? []).slice(0, 8)}
          empty={
            <EmptyWithExample
              icon={<CircleCheck />}
              title={t("log_empty")}
              text={t("log_empty_text")}
              code={curlLine()}
              action={
                can("project.manage") ? (
                  <Link href="/console/keys" className="text-accent underline">
                    {t("overview_to_keys")}
                  </Link>
                ) : null
              }
            />
          }
        />
      ) : null}
    </Section>
  );
}
