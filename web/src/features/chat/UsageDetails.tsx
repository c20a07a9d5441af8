import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Failure, Loading } from "@/components/states";
import { useFormat } from "@/lib/i18n/format";
import { request } from "@/lib/request";
import type { Reply } from "@/lib/stream";
import type { Turn } from "./branch";

interface Summary {
  model: string;
  served_by: string | null;
  cost: string;
  duration_ms: number | null;
  time_to_first_token_ms: number | null;
  tokens_per_second: number | null;
}

interface TurnTokens {
  input_tokens: number;
  written_tokens: number;
  added_tokens: number;
}

/** What one reply took. What was not counted is not shown. */
export default function UsageDetails({ turn, reply }: { turn: Turn; reply: Reply }) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const journal = useQuery({
    queryKey: ["journal", reply.id],
    queryFn: ({ signal }) =>
      request<{ summary: Summary }>("GET", `/v1/responses/${reply.id}/journal`, {
        query: { limit: 1 },
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const tokens = useQuery({
    queryKey: ["turn-tokens", turn.id],
    queryFn: ({ signal }) =>
      request<TurnTokens>("GET", `/v1/chats/${turn.chat_id}/turns/${turn.id}/tokens`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: turn.chat_id !== "",
    retry: false,
  });
  if (journal.isPending) return <Loading className="p-2" />;
  if (journal.isError) return <Failure error={journal.error} retry={() => void journal.refetch()} />;
  const { summary } = journal.data;
  const { usage } = reply;
  const seconds = (ms: number | null) => (ms === null ? null : format.duration(ms / 1000));
  const counted = (count: number | undefined) => (count === undefined ? null : format.number(count));
  const rows: [string, string | null][] = [
    [t("usage_model"), summary.model],
    [t("usage_deployment"), summary.served_by],
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
    [t("usage_cost"), format.money(Number(summary.cost))],
  ];
  return (
    <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1.5 text-sm">
      {rows.map(([name, value]) =>
        value === null ? null : (
          <div key={name} className="contents">
            <dt className="text-ink-soft">{name}</dt>
            <dd className="text-end tabular-nums">
              <bdi>{value}</bdi>
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}
