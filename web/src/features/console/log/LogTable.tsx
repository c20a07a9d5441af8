import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useFormat } from "@/lib/i18n/format";
import { DataTable } from "../components/DataTable";
import { useMilliseconds } from "../components/use-milliseconds";
import { When } from "../components/When";
import { usePeopleNames } from "../people/queries";
import { useGroupNames } from "../usage/names";
import type { Summary } from "./queries";
import { StatusBadge } from "./StatusBadge";

/** Lines of the log. A line leads to the response where the person may read it. */
export function LogTable({ rows, empty }: { rows: readonly Summary[]; empty: ReactNode }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const person = usePeopleNames();
  const key = useGroupNames("api_key_id");
  const milliseconds = useMilliseconds();
  return (
    <DataTable
      caption={t("nav_log")}
      rows={rows}
      rowKey={(row) => row.id}
      compact
      empty={empty}
      columns={[
        {
          id: "time",
          label: t("log_time"),
          cell: (row) =>
            row.readable ? (
              <Link
                href={`/console/log/${row.id}`}
                // The whole row leads there.
                className="text-accent underline-offset-2 after:absolute after:inset-0 hover:underline"
              >
                <When seconds={row.created_at} />
              </Link>
            ) : (
              <When seconds={row.created_at} />
            ),
        },
        { id: "status", label: t("status"), cell: (row) => <StatusBadge status={row.status} /> },
        {
          id: "model",
          label: t("model"),
          cell: (row) => (
            <code className="text-[0.8125rem]" title={row.served_by ?? undefined}>
              {row.model}
            </code>
          ),
        },
        {
          id: "tokens",
          label: t("log_tokens"),
          numeric: true,
          cell: (row) => `${format.number(row.input_tokens)} / ${format.number(row.output_tokens)}`,
        },
        {
          id: "first",
          label: t("log_first"),
          numeric: true,
          cell: (row) => milliseconds(row.time_to_first_token_ms),
        },
        { id: "whole", label: t("log_whole"), numeric: true, cell: (row) => milliseconds(row.duration_ms) },
        { id: "cost", label: t("cost"), numeric: true, cell: (row) => format.money(Number(row.cost)) },
        {
          id: "who",
          label: t("log_who"),
          cell: (row) => <bdi className="text-sm">{row.user ? person(row.user) : key(row.key_id)}</bdi>,
        },
      ]}
    />
  );
}
