import { Pencil, Plus, Server, Stethoscope, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { Badge } from "../components/Badge";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { Page } from "../components/Page";
import { useMilliseconds } from "../components/use-milliseconds";
import { ConnectDialog } from "./connect/ConnectDialog";
import { DeploymentForm } from "./DeploymentForm";
import { type Deployment, useDeploymentChanges, useDeployments } from "./queries";

/** The places that serve models: this machine, and servers elsewhere. */
export default function Deployments() {
  const { t } = useTranslation("console");
  const milliseconds = useMilliseconds();
  const format = useFormat();
  const deployments = useDeployments(true);
  const { remove, check } = useDeploymentChanges();
  const [form, setForm] = useState<Deployment | "new" | null>(null);
  const [removing, setRemoving] = useState<Deployment | null>(null);
  const onError = (error: unknown) => toast(errorText(error), { kind: "error" });

  function look(deployment: Deployment) {
    check.mutate(deployment.id, {
      onError,
      onSuccess: (found) =>
        found.ok
          ? toast(t("check_ok", { id: found.id, time: milliseconds(found.seconds * 1000) }))
          : toast(t("check_bad", { id: found.id, reason: found.error ?? "" }), { kind: "error" }),
    });
  }

  return (
    <Page
      title={t("nav_deployments")}
      text={t("deployments_text")}
      actions={
        <Button look="primary" onClick={() => setForm("new")}>
          <Plus className="size-4" aria-hidden />
          {t("deployments_add")}
        </Button>
      }
    >
      <Loaded query={deployments}>
        {(list) => (
          <DataTable
            caption={t("nav_deployments")}
            rows={list}
            rowKey={(each) => each.id}
            empty={
              <EmptyWithExample
                icon={<Server />}
                title={t("deployments_empty")}
                text={t("deployments_empty_text")}
                code="earthshine deployments add --help"
              />
            }
            columns={[
              { id: "name", label: t("name"), cell: (each) => <Name item={each} /> },
              { id: "health", label: t("health"), cell: (each) => <HealthOf item={each} /> },
              { id: "load", label: t("deployments_load"), cell: (each) => <Load item={each} /> },
              { id: "terms", label: t("deployments_terms"), cell: (each) => <Terms item={each} /> },
              {
                id: "actions",
                label: t("actions"),
                actions: true,
                cell: (each) => (
                  <span className="inline-flex items-center">
                    <Button
                      look="plain"
                      size="small"
                      aria-label={t("deployments_check", { id: each.id })}
                      disabled={check.isPending && check.variables === each.id}
                      onClick={() => look(each)}
                    >
                      <Stethoscope className="size-4" aria-hidden />
                      {t("deployments_check_short")}
                    </Button>
                    {each.source === "api" ? (
                      <>
                        <IconButton
                          label={t("deployments_edit", { id: each.id })}
                          onClick={() => setForm(each)}
                        >
                          <Pencil />
                        </IconButton>
                        <IconButton
                          label={t("deployments_remove", { id: each.id })}
                          onClick={() => setRemoving(each)}
                        >
                          <Trash2 />
                        </IconButton>
                      </>
                    ) : null}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {form === "new" ? (
        <ConnectDialog
          onClose={() => setForm(null)}
          onDone={(models) => {
            setForm(null);
            toast(t("connect_done", { count: models.length, n: format.number(models.length) }));
          }}
        />
      ) : form ? (
        <DeploymentForm item={form} onClose={() => setForm(null)} />
      ) : null}
      {removing ? (
        <Confirm
          title={t("deployments_remove", { id: removing.id })}
          text={t("deployments_remove_text")}
          action={t("delete")}
          busy={remove.isPending}
          onClose={() => setRemoving(null)}
          onConfirm={() => remove.mutate(removing.id, { onError, onSettled: () => setRemoving(null) })}
        />
      ) : null}
    </Page>
  );
}

function Name({ item }: { item: Deployment }) {
  const { t } = useTranslation("console");
  return (
    <span className="flex flex-col">
      <span className="flex flex-wrap items-center gap-1.5 font-medium">
        <bdi>{item.model}</bdi>
        <Badge>{t(`kind_${item.kind}`)}</Badge>
        {item.enabled ? null : <Badge tone="warn">{t("deployments_off")}</Badge>}
      </span>
      <bdi className="text-sm text-ink-faint">
        {item.base_url ? `${item.target} · ${item.base_url}` : item.target}
      </bdi>
      {item.source === "settings" ? (
        <span className="text-sm text-ink-faint">{t("deployments_settings")}</span>
      ) : null}
    </span>
  );
}

function HealthOf({ item }: { item: Deployment }) {
  const { t } = useTranslation("console");
  const state = item.state;
  const unasked = state?.circuit === "closed" && !state.asked;
  const tone =
    item.fault || state?.circuit === "open" ? "bad" : unasked ? "neutral" : state?.usable ? "good" : "warn";
  const known = unasked ? "circuit_unasked" : state ? `circuit_${state.circuit}` : "circuit_unused";
  const word = item.fault ? "fault" : known;
  const reason = item.fault ?? state?.last_error;
  return (
    <span className="flex max-w-64 flex-col gap-0.5 text-sm max-md:items-end">
      <span>
        <Badge tone={tone}>{t(word)}</Badge>
      </span>
      {reason ? (
        <span dir="auto" className="text-ink-soft">
          {reason}
        </span>
      ) : null}
    </span>
  );
}

function Load({ item }: { item: Deployment }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  if (!item.state) return <span className="text-ink-faint">—</span>;
  const { in_use, places, waiting, calls } = item.state;
  const served = (calls as Record<string, number>).served ?? 0;
  return (
    <span className="flex flex-col text-sm tabular-nums">
      <span>
        {places === null
          ? t("load_in_use", { n: format.number(in_use) })
          : t("load_places", { n: format.number(in_use), places: format.number(places) })}
      </span>
      {waiting ? <span className="text-warn">{t("load_waiting", { n: format.number(waiting) })}</span> : null}
      <span className="text-ink-faint">{t("load_served", { n: format.number(served) })}</span>
    </span>
  );
}

function Terms({ item }: { item: Deployment }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const { input, output, per_hour } = item.price;
  const free = !Number(input) && !Number(output) && !Number(per_hour);
  return (
    <span className="flex flex-col text-sm">
      <span>
        {t("terms_order", { priority: format.number(item.priority), weight: format.number(item.weight) })}
      </span>
      <span className="text-ink-faint">
        {free
          ? t("terms_free")
          : t("terms_price", { input: format.money(Number(input)), output: format.money(Number(output)) })}
      </span>
    </span>
  );
}
