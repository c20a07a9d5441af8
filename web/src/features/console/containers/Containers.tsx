import { Container, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { Badge, type Tone } from "../components/Badge";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { Id, shortId } from "../components/Id";
import { Loaded } from "../components/Loaded";
import { Page } from "../components/Page";
import { ScopeSelect, useScope } from "../components/scope";
import { useFilters } from "../components/url-state";
import { When } from "../components/When";
import { useProjectName } from "../frame/project";
import { type LivingContainer, useLivingContainers, useStopContainer } from "./queries";

const DEFAULTS = { of: "" };
const TONES: Record<LivingContainer["state"], Tone> = {
  running: "good",
  idle: "accent",
  resting: "neutral",
  elsewhere: "neutral",
};

/** Where code runs now: whose it is, what it takes, and an end to it. */
export default function Containers() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const [filters, change] = useFilters(DEFAULTS);
  const living = useLivingContainers(useScope(filters.of));
  const projectName = useProjectName();
  const stop = useStopContainer();
  const [stopping, setStopping] = useState<LivingContainer | null>(null);
  const bytes = (value: number | null) => (value === null ? "—" : format.bytes(value));
  return (
    <Page title={t("nav_containers")} text={t("containers_text")}>
      <div className="sm:w-56">
        <ScopeSelect value={filters.of} onChange={(of) => change({ of })} />
      </div>
      <Loaded query={living}>
        {(rows) => (
          <DataTable
            caption={t("nav_containers")}
            rows={rows}
            rowKey={(row) => row.id}
            empty={
              <EmptyWithExample
                icon={<Container />}
                title={t("containers_empty")}
                text={t("containers_empty_text")}
              />
            }
            columns={[
              {
                id: "name",
                label: t("name"),
                cell: (row) => (
                  <span className="flex flex-col">
                    {row.name === null ? null : <bdi className="font-medium">{row.name}</bdi>}
                    <Id id={row.id} />
                  </span>
                ),
              },
              {
                id: "state",
                label: t("status"),
                cell: (row) => <Badge tone={TONES[row.state]}>{t(`containers_${row.state}`)}</Badge>,
              },
              {
                id: "who",
                label: t("audit_who"),
                cell: (row) => <bdi>{ownerOf(row) ?? t("containers_key")}</bdi>,
              },
              { id: "project", label: t("project"), cell: (row) => <bdi>{projectName(row.project)}</bdi> },
              {
                id: "memory",
                label: t("containers_memory"),
                numeric: true,
                cell: (row) => (
                  <span className="flex flex-col">
                    <bdi>{bytes(row.memory)}</bdi>
                    <span className="text-sm text-ink-faint">
                      {t("containers_of", { size: `\u2066${row.memory_limit.replace("g", " GiB")}\u2069` })}
                    </span>
                  </span>
                ),
              },
              {
                id: "disk",
                label: t("containers_disk"),
                numeric: true,
                cell: (row) => <bdi>{bytes(row.disk)}</bdi>,
              },
              { id: "network", label: t("containers_network"), cell: (row) => <Network row={row} /> },
              {
                id: "used",
                label: t("containers_used"),
                cell: (row) => <When seconds={row.last_active_at} />,
              },
              { id: "expires", label: t("expires"), cell: (row) => <When seconds={row.expires_at} /> },
              {
                id: "actions",
                label: t("actions"),
                actions: true,
                cell: (row) => (
                  <IconButton
                    label={t("containers_stop", { name: row.name ?? shortId(row.id) })}
                    onClick={() => setStopping(row)}
                  >
                    <Trash2 />
                  </IconButton>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {stopping ? (
        <Confirm
          title={t("containers_stop", { name: stopping.name ?? shortId(stopping.id) })}
          text={t("containers_stop_text")}
          action={t("delete")}
          busy={stop.isPending}
          onClose={() => setStopping(null)}
          onConfirm={() =>
            stop.mutate(stopping, {
              onSettled: () => setStopping(null),
              onError: (error) => toast(errorText(error), { kind: "error" }),
            })
          }
        />
      ) : null}
    </Page>
  );
}

function ownerOf({ user }: LivingContainer): string | null {
  return user && (user.name || user.email || shortId(user.id));
}

/** The hosts that a container may reach. */
function Network({ row }: { row: LivingContainer }) {
  const { t } = useTranslation("console");
  const domains = row.network_policy.allowed_domains;
  if (!domains) return <span className="text-ink-soft">{t("containers_no_network")}</span>;
  return (
    <ul className="text-sm break-all">
      {domains.map((domain) => (
        <li key={domain}>
          <bdi dir="ltr">{domain}</bdi>
        </li>
      ))}
    </ul>
  );
}
