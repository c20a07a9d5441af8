import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Failure, Loading } from "@/components/states";
import { api, data, type Schemas } from "@/lib/api";
import { useFormat } from "@/lib/i18n/format";
import type { Reply } from "@/lib/stream";
import type { Turn } from "../turns/branch";

type Counted = "served_at" | "cost" | "duration_ms" | "time_to_first_token_ms" | "tokens_per_second";
type Summary = { model: string } & { [K in Counted]: Schemas["JournalSummary"][K] | null };

const NOTHING_KEPT = {
  served_at: null,
  cost: null,
  duration_ms: null,
  time_to_first_token_ms: null,
  tokens_per_second: null,
};

/** What one reply took. What was not counted is not shown. */
export default function UsageDetails({ turn, reply }: { turn: Turn; reply: Reply }) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  // The server keeps nothing of a temporary chat; what its reply told is all there is.
  const kept = turn.chat_id !== "";
  const journal = useQuery({
    queryKey: ["journal", reply.id],
    queryFn: ({ signal }) =>
      data(
        api.GET("/earthshine/v1/responses/{response_id}/journal", {
          params: { path: { response_id: reply.id }, query: { limit: 1 } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: kept,
  });
  const tokens = useQuery({
    queryKey: ["turn-tokens", turn.id],
    queryFn: ({ signal }) =>
      data(
        api.GET("/earthshine/v1/chats/{chat_id}/turns/{turn_id}/tokens", {
          params: { path: { chat_id: turn.chat_id, turn_id: turn.id } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    // Only a model on this machine has its tokenizer here.
    enabled: kept && journal.data?.summary.served_at?.server === null,
    retry: false,
  });
  if (kept && journal.isPending) return <Loading className="p-2" />;
  if (journal.isError) return <Failure error={journal.error} retry={() => void journal.refetch()} />;
  const summary: Summary = journal.data?.summary ?? { ...NOTHING_KEPT, model: reply.model };
  const { usage } = reply;
  const seconds = (ms: number | null) => (ms === null ? null : format.duration(ms / 1000));
  const counted = (count: number | undefined) => (count === undefined ? null : format.number(count));
  const place = ({ server, model }: { server: string | null; model: string }) =>
    t("usage_place", { model, server: server === null ? t("this_server") : server || t("other_server") });
  const rows: [string, string | null][] = [
    [t("usage_model"), summary.model],
    [t("usage_deployment"), summary.served_at && place(summary.served_at)],
    [t("usage_input"), counted(usage?.input_tokens)],
    [t("usage_cached"), counted(usage?.input_tokens_details?.cached_tokens)],
    [t("usage_added"), counted(tokens.data?.added_tokens)],
    [t("usage_output"), counted(usage?.output_tokens)],
    [t("usage_thinking"), counted(usage?.output_tokens_details?.reasoning_tokens)],
    [t("usage_first_token"), seconds(summary.time_to_first_token_ms)],
    [
      t("usage_speed"),
      summary.tokens_per_second === null
        ? null
        : t("usage_per_second", {
            number: format.number(summary.tokens_per_second, { maximumFractionDigits: 1 }),
          }),
    ],
    [t("usage_duration"), seconds(summary.duration_ms)],
    [t("usage_cost"), summary.cost === null ? null : format.money(Number(summary.cost))],
  ];
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
      {rows.map(([name, value]) =>
        value === null ? null : (
          <div key={name} className="contents">
            <dt className="[overflow-wrap:normal] max-w-44 text-ink-soft">{name}</dt>
            <dd className="text-end tabular-nums">
              <bdi>{value}</bdi>
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}
