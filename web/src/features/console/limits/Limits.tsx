import { BellRing, Gauge, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { Loading } from "@/components/states";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { useAccess } from "../access";
import { Badge } from "../components/Badge";
import { Progress } from "../components/charts/Progress";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { Page, Section } from "../components/Page";
import { AddAlert } from "./AddAlert";
import { AddLimit } from "./AddLimit";
import { type Budget, useBudgets } from "./budgets";
import {
  type AlertOf,
  type Limit,
  useLimitChanges,
  useLimits,
  useRateLimits,
  useSpendAlerts,
} from "./queries";

/** How a limit that is none is written by OpenAI's clients. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Who may use how much, and who is told when. */
export default function Limits() {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  return (
    <Page title={t("nav_limits")} text={t("limits_text")}>
      {can("organization.read") ? <AllLimits /> : null}
      {can("organization.read") ? <Alerts of="organization" change={can("organization.manage")} /> : null}
      <Alerts of="project" change={can("project.manage")} />
      <ProjectRates />
    </Page>
  );
}

function AllLimits() {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const limits = useLimits(true);
  const budgets = useBudgets(true);
  const { remove } = useLimitChanges();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Limit | null>(null);
  const change = can("organization.manage");
  return (
    <Section
      title={t("limits_all")}
      actions={
        change ? (
          <Button look="primary" onClick={() => setAdding(true)}>
            <Plus className="size-4" aria-hidden />
            {t("limits_add")}
          </Button>
        ) : null
      }
    >
      {limits.isPending ? <Loading /> : null}
      {limits.data ? (
        <DataTable
          caption={t("limits_all")}
          rows={budgets}
          rowKey={({ limit }) => limit.id}
          empty={
            <EmptyWithExample icon={<Gauge />} title={t("limits_empty")} text={t("limits_empty_text")} />
          }
          columns={[
            {
              id: "who",
              label: t("limits_for"),
              cell: ({ limit, name }) => (
                <span className="flex flex-col">
                  <bdi className="font-medium">{name}</bdi>
                  {limit.scope === "organization" ? null : (
                    <span className="text-sm text-ink-faint">{t(`scope_${limit.scope}`)}</span>
                  )}
                </span>
              ),
            },
            { id: "kind", label: t("limits_kind"), cell: ({ limit }) => t(`kind_${limit.kind}`) },
            {
              id: "model",
              label: t("model"),
              cell: ({ limit }) => (limit.model ? <code>{limit.model}</code> : t("all")),
            },
            { id: "amount", label: t("limits_amount"), cell: (budget) => <Amount budget={budget} /> },
            ...(change
              ? [
                  {
                    id: "actions",
                    label: t("actions"),
                    actions: true,
                    cell: ({ limit, name }: Budget) => (
                      <IconButton label={t("limits_remove", { name })} onClick={() => setRemoving(limit)}>
                        <Trash2 />
                      </IconButton>
                    ),
                  },
                ]
              : []),
          ]}
        />
      ) : null}
      {adding ? <AddLimit onClose={() => setAdding(false)} /> : null}
      {removing ? (
        <Confirm
          title={t("limits_remove_title")}
          text={t("limits_remove_text")}
          action={t("delete")}
          busy={remove.isPending}
          onClose={() => setRemoving(null)}
          onConfirm={() =>
            remove.mutate(removing.id, {
              onSettled: () => setRemoving(null),
              onError: (error) => toast(errorText(error), { kind: "error" }),
            })
          }
        />
      ) : null}
    </Section>
  );
}

function Amount({ budget: { limit, name, spent } }: { budget: Budget }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const amount = limit.unit === "usd" ? format.money(limit.amount) : format.number(limit.amount);
  if (spent === null) return <span className="tabular-nums">{amount}</span>;
  return (
    <div className="min-w-40">
      <Progress
        label={t("limits_spent_of", { name })}
        part={limit.amount > 0 ? spent / limit.amount : 1}
        words={t("limits_spent", { spent: format.money(spent), amount })}
      />
    </div>
  );
}

function Alerts({ of, change }: { of: AlertOf; change: boolean }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const alerts = useSpendAlerts(of, true);
  const { removeAlert } = useLimitChanges();
  const [adding, setAdding] = useState(false);
  return (
    <Section
      title={t(`alerts_${of}`)}
      text={t("alerts_text")}
      actions={
        change ? (
          <Button onClick={() => setAdding(true)}>
            <Plus className="size-4" aria-hidden />
            {t("alerts_add")}
          </Button>
        ) : null
      }
    >
      <Loaded query={alerts}>
        {(list) => (
          <DataTable
            caption={t(`alerts_${of}`)}
            rows={list}
            rowKey={(alert) => alert.id}
            empty={
              <p className="flex items-center justify-center gap-2 p-6 text-ink-faint">
                <BellRing className="size-5" aria-hidden />
                {t("alerts_empty")}
              </p>
            }
            columns={[
              { id: "amount", label: t("alerts_at"), cell: (alert) => format.money(alert.threshold_amount) },
              {
                id: "who",
                label: t("alerts_who"),
                cell: (alert) => (
                  <span className="inline-flex flex-wrap gap-1 max-md:justify-end">
                    {recipientsOf(alert.notification_channel).map((each) => (
                      <Badge key={each}>
                        <bdi>{each}</bdi>
                      </Badge>
                    ))}
                  </span>
                ),
              },
              {
                id: "actions",
                label: t("actions"),
                actions: true,
                cell: (alert) =>
                  change ? (
                    <IconButton
                      label={t("alerts_remove", { amount: format.money(alert.threshold_amount) })}
                      onClick={() =>
                        removeAlert.mutate(
                          { of, id: alert.id },
                          { onError: (error) => toast(errorText(error), { kind: "error" }) },
                        )
                      }
                    >
                      <Trash2 />
                    </IconButton>
                  ) : null,
              },
            ]}
          />
        )}
      </Loaded>
      {adding ? <AddAlert of={of} onClose={() => setAdding(false)} /> : null}
    </Section>
  );
}

function recipientsOf(channel: unknown): string[] {
  return (channel as { recipients?: string[] } | null)?.recipients ?? [];
}

function ProjectRates() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const rates = useRateLimits();
  const amount = (value: number) => (value >= NO_LIMIT ? t("limits_none") : format.number(value));
  return (
    <Section title={t("rates")} text={t("rates_text")}>
      <Loaded query={rates}>
        {(list) => (
          <DataTable
            caption={t("rates")}
            rows={list}
            rowKey={(rate) => rate.id}
            empty={<p className="p-6 text-center text-ink-faint">{t("rates_empty")}</p>}
            columns={[
              { id: "model", label: t("model"), cell: (rate) => <code>{rate.model}</code> },
              {
                id: "requests",
                label: t("kind_requests_per_minute"),
                numeric: true,
                cell: (rate) => amount(rate.max_requests_per_1_minute),
              },
              {
                id: "tokens",
                label: t("kind_tokens_per_minute"),
                numeric: true,
                cell: (rate) => amount(rate.max_tokens_per_1_minute),
              },
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}
