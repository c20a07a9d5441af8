import { Activity, Pause, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Button } from "@/components/button";
import { Failure, Loading } from "@/components/states";
import { curlLine, EmptyWithExample } from "../components/code/EmptyWithExample";
import { Page } from "../components/Page";
import { useFilters } from "../components/url-state";
import { LogFilterBar } from "./LogFilterBar";
import { LogTable } from "./LogTable";
import { LOG_FILTERS, useLog } from "./queries";

/** What was asked of the models in this project, as it comes in. */
export default function RequestLog() {
  const { t } = useTranslation("console");
  const [filters, change] = useFilters(LOG_FILTERS);
  const [live, setLive] = useState(true);
  const log = useLog(filters, live);
  const rows = log.data?.pages.flatMap((page) => page.data) ?? [];
  const filtered = Object.values(filters).some(Boolean);
  return (
    <Page
      title={t("nav_log")}
      text={t("log_text")}
      actions={
        <Button aria-pressed={live} onClick={() => setLive(!live)}>
          {live ? <Pause className="size-4" aria-hidden /> : <Play className="mirrored size-4" aria-hidden />}
          {live ? t("log_pause") : t("log_live")}
        </Button>
      }
    >
      <LogFilterBar filters={filters} change={change} />
      {log.error && !log.data ? <Failure error={log.error} retry={() => void log.refetch()} /> : null}
      {log.isPending ? <Loading className="min-h-40" /> : null}
      {log.data ? (
        <LogTable
          rows={rows}
          empty={
            filtered ? (
              <EmptyWithExample
                icon={<Activity />}
                title={t("log_no_match")}
                text={t("log_no_match_text")}
                action={<Button onClick={() => change(LOG_FILTERS)}>{t("log_clear")}</Button>}
              />
            ) : (
              <EmptyWithExample
                icon={<Activity />}
                title={t("log_empty")}
                text={t("log_empty_text")}
                code={curlLine()}
                action={
                  <Link href="/console/playground" className="text-accent underline">
                    {t("log_to_playground")}
                  </Link>
                }
              />
            )
          }
        />
      ) : null}
      {log.hasNextPage ? (
        <div className="flex justify-center">
          <Button busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {t("load_more")}
          </Button>
        </div>
      ) : null}
    </Page>
  );
}
