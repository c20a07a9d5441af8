import { FlaskConical, Plus, Power, Trash2, Webhook } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { Badge } from "../components/Badge";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { Page } from "../components/Page";
import { useFilters } from "../components/url-state";
import { When } from "../components/When";
import { Deliveries } from "./Deliveries";
import { NewEndpoint } from "./NewEndpoint";
import { type Endpoint, useEndpoints, useWebhookChanges } from "./queries";

const DEFAULTS = { endpoint: "" };

/** The addresses that are told what happens in the project, and what was delivered to them. */
export default function Webhooks() {
  const { t } = useTranslation("console");
  const [filters, change] = useFilters(DEFAULTS);
  const endpoints = useEndpoints();
  const { test, switchOn, remove } = useWebhookChanges();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Endpoint | null>(null);
  const onError = (error: Error) => toast(errorText(error), { kind: "error" });
  return (
    <Page
      title={t("nav_webhooks")}
      text={t("webhooks_text")}
      actions={
        <Button look="primary" onClick={() => setAdding(true)}>
          <Plus className="size-4" aria-hidden />
          {t("webhooks_new")}
        </Button>
      }
    >
      <Loaded query={endpoints}>
        {(rows) => {
          const shown = rows.find((row) => row.id === filters.endpoint) ?? rows[0];
          return (
            <>
              <DataTable
                caption={t("nav_webhooks")}
                rows={rows}
                rowKey={(row) => row.id}
                empty={
                  <EmptyWithExample
                    icon={<Webhook />}
                    title={t("webhooks_empty")}
                    text={t("webhooks_empty_text")}
                  />
                }
                columns={[
                  {
                    id: "name",
                    label: t("name"),
                    cell: (row) => (
                      <span className="flex flex-col items-start">
                        <button
                          type="button"
                          aria-pressed={row === shown}
                          className="rounded font-medium underline-offset-4 hover:underline aria-pressed:text-accent"
                          onClick={() => change({ endpoint: row.id })}
                        >
                          <bdi>{row.name}</bdi>
                        </button>
                        <bdi dir="ltr" className="text-sm break-all text-ink-soft">
                          {row.url}
                        </bdi>
                      </span>
                    ),
                  },
                  {
                    id: "events",
                    label: t("webhooks_events"),
                    cell: (row) => (
                      <bdi dir="ltr" className="text-sm break-words">
                        {row.event_types.join(", ")}
                      </bdi>
                    ),
                  },
                  { id: "status", label: t("status"), cell: (row) => <State endpoint={row} /> },
                  {
                    id: "actions",
                    label: t("actions"),
                    actions: true,
                    cell: (row) => (
                      <span className="flex justify-end">
                        {row.disabled_at === null ? (
                          <IconButton
                            label={t("webhooks_try", { name: row.name })}
                            disabled={test.isPending}
                            onClick={() =>
                              test.mutate(row, {
                                onSuccess: (told) => toast(t("webhooks_tried", { code: told.status_code })),
                                onError,
                              })
                            }
                          >
                            <FlaskConical />
                          </IconButton>
                        ) : (
                          <IconButton
                            label={t("webhooks_switch_on", { name: row.name })}
                            onClick={() => switchOn.mutate(row, { onError })}
                          >
                            <Power />
                          </IconButton>
                        )}
                        <IconButton
                          label={t("webhooks_delete", { name: row.name })}
                          onClick={() => setRemoving(row)}
                        >
                          <Trash2 />
                        </IconButton>
                      </span>
                    ),
                  },
                ]}
              />
              {shown ? <Deliveries key={shown.id} endpoint={shown} /> : null}
            </>
          );
        }}
      </Loaded>
      {adding ? <NewEndpoint onClose={() => setAdding(false)} /> : null}
      {removing ? (
        <Confirm
          title={t("webhooks_delete", { name: removing.name })}
          text={t("webhooks_delete_text")}
          action={t("delete")}
          busy={remove.isPending}
          onClose={() => setRemoving(null)}
          onConfirm={() => remove.mutate(removing, { onSettled: () => setRemoving(null), onError })}
        />
      ) : null}
    </Page>
  );
}

function State({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation("console");
  const since = endpoint.disabled_at ?? endpoint.failing_since;
  if (since === null) return <Badge tone="good">{t("webhooks_on")}</Badge>;
  return (
    <span className="flex flex-col items-start gap-0.5 max-md:items-end">
      <Badge tone={endpoint.disabled_at === null ? "warn" : "bad"}>
        {t(endpoint.disabled_at === null ? "webhooks_failing" : "webhooks_off")}
      </Badge>
      <span className="text-sm text-ink-faint">
        <When seconds={since} />
      </span>
    </span>
  );
}
