import { useInfiniteQuery } from "@tanstack/react-query";
import { Waypoints } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Select, TextField } from "@/components/field";
import { Failure, Loading } from "@/components/states";
import { api, data, type Schemas } from "@/lib/api";
import { useFormat } from "@/lib/i18n/format";
import { Badge } from "../components/Badge";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { Id } from "../components/Id";
import { Page } from "../components/Page";
import { ScopeSelect, useScope } from "../components/scope";
import { useFilters } from "../components/url-state";
import { When } from "../components/When";

type Connection = Schemas["EgressConnection"];

const DEFAULTS = { of: "", host: "", verdict: "", container: "" };
const VERDICTS = [
  "done",
  "not_allowed",
  "not_found",
  "private_address",
  "unreachable",
  "not_tls",
  "other_server_name",
  "untrusted",
  "bad_request",
  "too_many",
  "over_bytes",
  "over_time",
] as const;

function useEgress(project: string | null, filters: typeof DEFAULTS) {
  return useInfiniteQuery({
    queryKey: ["console", "egress", project, filters],
    queryFn: ({ pageParam }) => {
      const query = {
        limit: 50,
        after: pageParam,
        ...(filters.host ? { host: filters.host } : {}),
        ...(filters.container ? { container_id: filters.container } : {}),
        ...(filters.verdict ? { verdict: filters.verdict as Connection["verdict"] } : {}),
      };
      return project === null
        ? data(api.GET("/earthshine/v1/egress", { params: { query } }))
        : data(
            api.GET("/earthshine/v1/projects/{project_id}/egress", {
              params: { path: { project_id: project }, query },
            }),
          );
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? (page.last_id ?? undefined) : undefined),
    placeholderData: (before) => before,
  });
}

/** Where code in containers tried to connect to, and what became of it. */
export default function Egress() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const [filters, change] = useFilters(DEFAULTS);
  const log = useEgress(useScope(filters.of), filters);
  const rows = log.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Page title={t("nav_egress")} text={t("egress_text")}>
      <search
        aria-label={t("log_filters")}
        className="grid grid-cols-2 gap-3 sm:flex sm:flex-wrap sm:[&>*]:w-52"
      >
        <ScopeSelect value={filters.of} onChange={(of) => change({ of })} />
        <TextField
          label={t("egress_host")}
          dir="ltr"
          value={filters.host}
          onChange={(event) => change({ host: event.target.value.trim() })}
        />
        <Select
          label={t("egress_verdict")}
          value={filters.verdict}
          onChange={(event) => change({ verdict: event.target.value })}
        >
          <option value="">{t("all")}</option>
          <option value="refused">{t("egress_refused")}</option>
          {VERDICTS.map((each) => (
            <option key={each} value={each}>
              {t(`egress_${each}`)}
            </option>
          ))}
        </Select>
        <TextField
          label={t("egress_container")}
          dir="ltr"
          value={filters.container}
          onChange={(event) => change({ container: event.target.value.trim() })}
        />
      </search>
      {log.error && !log.data ? <Failure error={log.error} retry={() => void log.refetch()} /> : null}
      {log.isPending ? <Loading className="min-h-40" /> : null}
      {log.data ? (
        <DataTable
          caption={t("nav_egress")}
          rows={rows}
          rowKey={(row) => row.id}
          empty={
            <EmptyWithExample icon={<Waypoints />} title={t("egress_empty")} text={t("egress_empty_text")} />
          }
          columns={[
            { id: "host", label: t("egress_host"), cell: (row) => <Host row={row} /> },
            {
              id: "verdict",
              label: t("egress_verdict"),
              cell: (row) => (
                <Badge tone={row.verdict === "done" ? "good" : "bad"}>
                  {t(`egress_${row.verdict}`)}
                  {row.count > 1 ? ` × ${format.number(row.count)}` : ""}
                </Badge>
              ),
            },
            {
              id: "sent",
              label: t("egress_sent"),
              numeric: true,
              cell: (row) => <bdi>{format.bytes(row.sent)}</bdi>,
            },
            {
              id: "received",
              label: t("egress_received"),
              numeric: true,
              cell: (row) => <bdi>{format.bytes(row.received)}</bdi>,
            },
            { id: "when", label: t("log_time"), cell: (row) => <When seconds={row.at} /> },
            { id: "container", label: t("egress_container"), cell: (row) => <Id id={row.container_id} /> },
          ]}
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

function Host({ row }: { row: Connection }) {
  const { t } = useTranslation("console");
  if (!row.host) return <span className="text-ink-soft">{t("egress_no_name")}</span>;
  return (
    <span dir="ltr" className="flex flex-col text-start break-all rtl:text-end">
      <span>
        {row.host}:{row.port}
      </span>
      <span className="text-sm text-ink-faint">
        {row.method} {row.address}
      </span>
    </span>
  );
}
