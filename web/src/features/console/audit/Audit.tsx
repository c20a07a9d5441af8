import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Select, TextField } from "@/components/field";
import { Dialog } from "@/components/overlays/dialog";
import { Failure, Loading } from "@/components/states";
import { api, data, type Schemas } from "@/lib/api";
import { useFormat } from "@/lib/i18n/format";
import { CodeBlock } from "../components/code/CodeBlock";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { shortId } from "../components/Id";
import { Page } from "../components/Page";
import { useFilters } from "../components/url-state";
import { When } from "../components/When";
import { useProjects } from "../frame/project";
import { SINCE } from "../log/queries";
import { useUsers } from "../people/queries";

type Event = Schemas["AuditLog"];

const DEFAULTS = { type: "", actor: "", project: "", resource: "", since: "" };

function useAudit(filters: typeof DEFAULTS) {
  return useInfiniteQuery({
    queryKey: ["console", "audit", filters],
    queryFn: ({ pageParam }) => {
      const back = SINCE[filters.since];
      const query = {
        limit: 50,
        after: pageParam,
        ...(filters.type ? { event_types: [filters.type] } : {}),
        ...(filters.actor ? { actor_ids: [filters.actor] } : {}),
        ...(filters.project ? { project_ids: [filters.project] } : {}),
        ...(filters.resource ? { resource_ids: [filters.resource] } : {}),
        ...(back ? { effective_at: { gte: Math.floor(Date.now() / 1000) - back } } : {}),
      };
      return data(api.GET("/v1/organization/audit_logs", { params: { query } }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? (page.last_id ?? undefined) : undefined),
    placeholderData: (before) => before,
  });
}

/** Who did what, and when. */
export default function Audit() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const [filters, change] = useFilters(DEFAULTS);
  const audit = useAudit(filters);
  const users = useUsers();
  const projects = useProjects();
  const [shown, setShown] = useState<Event | null>(null);
  const rows = audit.data?.pages.flatMap((page) => page.data) ?? [];
  const types = [
    ...new Set([...rows.map((row) => row.type), ...(filters.type ? [filters.type] : [])]),
  ].sort();
  const choice = (
    name: keyof typeof DEFAULTS,
    label: string,
    options: { value: string; label: string }[],
  ) => (
    <Select label={label} value={filters[name]} onChange={(event) => change({ [name]: event.target.value })}>
      <option value="">{t("all")}</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </Select>
  );
  return (
    <Page title={t("nav_audit")} text={t("audit_text")}>
      <search
        aria-label={t("log_filters")}
        className="grid grid-cols-2 gap-3 sm:flex sm:flex-wrap sm:[&>*]:w-44"
      >
        {choice(
          "type",
          t("audit_event"),
          types.map((each) => ({ value: each, label: each })),
        )}
        {choice(
          "actor",
          t("person"),
          (users.data ?? []).map((each) => ({ value: each.id, label: each.name || each.email })),
        )}
        {choice(
          "project",
          t("project"),
          projects.map((each) => ({ value: each.id, label: each.name })),
        )}
        {choice(
          "since",
          t("usage_range"),
          Object.keys(SINCE).map((each) => ({ value: each, label: t(`log_since_${each}`) })),
        )}
        <TextField
          label={t("audit_resource")}
          dir="ltr"
          value={filters.resource}
          onChange={(event) => change({ resource: event.target.value.trim() })}
        />
      </search>
      {audit.error && !audit.data ? <Failure error={audit.error} retry={() => void audit.refetch()} /> : null}
      {audit.isPending ? <Loading className="min-h-40" /> : null}
      {audit.data ? (
        <DataTable
          caption={t("nav_audit")}
          rows={rows}
          rowKey={(row) => row.id}
          empty={
            <EmptyWithExample icon={<ScrollText />} title={t("audit_empty")} text={t("audit_empty_text")} />
          }
          columns={[
            {
              id: "event",
              label: t("audit_event"),
              cell: (row) => (
                <button
                  type="button"
                  className="text-start text-accent underline-offset-2 hover:underline"
                  onClick={() => setShown(row)}
                >
                  <code className="text-[0.8125rem]">{row.event}</code>
                </button>
              ),
            },
            { id: "when", label: t("log_time"), cell: (row) => <When seconds={row.effective_at} /> },
            { id: "who", label: t("audit_who"), cell: (row) => <bdi>{actorOf(row)}</bdi> },
            { id: "project", label: t("project"), cell: (row) => <bdi>{row.project?.name ?? "—"}</bdi> },
          ]}
        />
      ) : null}
      {audit.hasNextPage ? (
        <div className="flex justify-center">
          <Button busy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {t("load_more")}
          </Button>
        </div>
      ) : null}
      {shown ? (
        <Dialog title={shown.event} onClose={() => setShown(null)}>
          <p className="pb-3 text-ink-soft">
            <bdi>{actorOf(shown)}</bdi>, {format.dateTime(shown.effective_at * 1000)}
          </p>
          <CodeBlock code={JSON.stringify(shown, null, 2)} label={shown.event} />
        </Dialog>
      ) : null}
    </Page>
  );
}

/** Who acted, as far as the trail knows. */
function actorOf({ actor }: Event): string {
  const key = actor.api_key;
  return (
    actor.session?.user?.email ??
    key?.user?.email ??
    key?.service_account?.id ??
    (key ? shortId(key.id) : "—")
  );
}
