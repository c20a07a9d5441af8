import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Failure } from "@/components/states";
import { api, data, type Schemas } from "@/lib/api";
import { type Format, useFormat } from "@/lib/i18n/format";
import { raiseLimits } from "../session/requests";
import type { AgentSession } from "../session/types";

export const KINDS = ["tokens", "seconds", "steps", "cents"] as const;
type Kind = (typeof KINDS)[number];

/** What a task took so far, against what it may take. @param seen changes when it may have taken more */
export function useLimits(session: AgentSession, seen: string) {
  return useQuery({
    queryKey: ["tasks", session.id, "limits", seen],
    queryFn: ({ signal }) =>
      data(
        api.GET("/earthshine/v1/agents/sessions/{agent_session_id}/limits", {
          params: { path: { agent_session_id: session.id } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  }).data;
}

interface LimitsProps {
  session: AgentSession;
  limits: Schemas["SessionLimitsState"];
}

/** The limits that a task has, with what is used of each; one that is reached can be raised. */
export function Limits({ session, limits }: LimitsProps) {
  const { t } = useTranslation("tasks");
  const format = useFormat();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      raiseLimits(
        session.id,
        Object.fromEntries(limits.reached.map((kind) => [kind, 2 * (limits[kind as Kind].limit ?? 0)])),
      ),
  });
  const set = KINDS.filter((kind) => limits[kind].limit !== null);
  if (set.length === 0) return null;
  return (
    <section aria-label={t("limits")} className="mb-5 flex flex-col gap-2 text-sm">
      {set.map((kind) => {
        const { limit, used } = limits[kind];
        const said = { used: amount(kind, used, format), limit: amount(kind, limit ?? 0, format) };
        return (
          <div key={kind} className="flex flex-wrap items-center gap-x-3">
            <span className="w-24 text-ink-soft">{t(`limit_${kind}`)}</span>
            <progress
              aria-label={t(`limit_${kind}`)}
              max={limit ?? 1}
              value={Math.min(used, limit ?? 1)}
              className="h-1.5 min-w-24 flex-1"
            />
            <span className="text-ink-faint tabular-nums">{t("limit_used", said)}</span>
          </div>
        );
      })}
      {limits.reached.length > 0 ? (
        <div
          role="status"
          className="flex flex-wrap items-center gap-3 rounded-xl bg-warn-soft px-4 py-2 text-warn"
        >
          <p className="flex-1">{t("limit_reached")}</p>
          <Button size="small" busy={isPending} onClick={() => mutate()}>
            {t("limit_double")}
          </Button>
        </div>
      ) : null}
      {error ? <Failure error={error} /> : null}
    </section>
  );
}

function amount(kind: Kind, value: number, format: Format): string {
  if (kind === "cents") return format.money(value / 100);
  return kind === "seconds" ? format.duration(value) : format.number(Math.round(value));
}
