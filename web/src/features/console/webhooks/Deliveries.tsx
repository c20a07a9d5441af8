import { RotateCw, Send } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { Badge, type Tone } from "../components/Badge";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { Id } from "../components/Id";
import { Loaded } from "../components/Loaded";
import { Section } from "../components/Page";
import { When } from "../components/When";
import { type Delivery, type Endpoint, useDeliveries, useWebhookChanges } from "./queries";

const TONES: Record<Delivery["status"], Tone> = { delivered: "good", pending: "warn", failed: "bad" };

/** The newest deliveries to one endpoint, each of which can be sent once more. */
export function Deliveries({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const deliveries = useDeliveries(endpoint.id);
  const { redeliver } = useWebhookChanges();

  function again({ id }: Delivery) {
    redeliver.mutate(
      { endpoint: endpoint.id, id },
      {
        onSuccess: () => toast(t("webhooks_again_done")),
        onError: (error) => toast(errorText(error), { kind: "error" }),
      },
    );
  }

  return (
    <Section title={t("webhooks_deliveries", { name: endpoint.name })} text={t("webhooks_deliveries_text")}>
      <Loaded query={deliveries}>
        {(rows) => (
          <DataTable
            caption={t("webhooks_deliveries", { name: endpoint.name })}
            rows={rows}
            rowKey={(row) => row.id}
            empty={
              <EmptyWithExample
                icon={<Send />}
                title={t("webhooks_none_yet")}
                text={t("webhooks_none_yet_text")}
              />
            }
            columns={[
              {
                id: "event",
                label: t("webhooks_event"),
                cell: (row) => (
                  <span className="flex flex-col items-start">
                    <code dir="ltr" className="text-sm break-all">
                      {row.type}
                    </code>
                    <Id id={row.event_id} />
                  </span>
                ),
              },
              {
                id: "status",
                label: t("status"),
                cell: (row) => <Badge tone={TONES[row.status]}>{t(`webhooks_${row.status}`)}</Badge>,
              },
              {
                id: "attempts",
                label: t("webhooks_attempts"),
                numeric: true,
                cell: (row) => format.number(row.attempts),
              },
              {
                id: "answer",
                label: t("webhooks_answer"),
                cell: (row) => (
                  <bdi dir="auto" className="text-sm break-words">
                    {row.last_status_code ?? row.last_error ?? "—"}
                  </bdi>
                ),
              },
              { id: "when", label: t("log_time"), cell: (row) => <When seconds={row.created_at} /> },
              {
                id: "actions",
                label: t("actions"),
                actions: true,
                cell: (row) => (
                  <IconButton
                    label={t("webhooks_again", { type: row.type })}
                    disabled={redeliver.isPending || endpoint.disabled_at !== null}
                    onClick={() => again(row)}
                  >
                    <RotateCw />
                  </IconButton>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}
