/** How much of each budget is spent. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, data, type Schemas } from "@/lib/api";
import { shortId } from "../components/Id";
import { useProjectName } from "../frame/project";
import { useProjectKeys } from "../keys/queries";
import { usePeopleNames } from "../people/queries";
import { type Limit, useLimits } from "./queries";

type CostsBucket = Schemas["CostsBucket"];

export interface Budget {
  limit: Limit;
  /** Whose it is, as people call it. */
  name: string;
  /** Dollars; null for a limit that is not of money or of one model only. */
  spent: number | null;
}

/** What was spent against a limit in the window of UTC that is running now. */
export function spentOf(limit: Limit, buckets: readonly CostsBucket[], now: number): number | null {
  if (limit.unit !== "usd" || limit.model) return null;
  const today = Math.floor(now / 86_400_000) * 86_400;
  const from = limit.kind === "spend_per_day" ? today : 0;
  const field = { project: "project_id", key: "api_key_id", user: "user_id" } as const;
  let spent = 0;
  for (const bucket of buckets) {
    if (bucket.start_time < from) continue;
    for (const result of bucket.results) {
      const own =
        limit.scope === "organization" || result[field[limit.scope as keyof typeof field]] === limit.scope_id;
      if (own) spent += result.amount.value;
    }
  }
  return spent;
}

function monthStart(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 1000;
}

function useMonthCosts(enabled: boolean) {
  return useQuery({
    queryKey: ["console", "month-costs"],
    queryFn: async () => {
      const query = {
        start_time: monthStart(Date.now()),
        limit: 31,
        group_by: ["project_id" as const, "user_id" as const, "api_key_id" as const],
      };
      return (await data(api.GET("/v1/organization/costs", { params: { query } }))).data;
    },
    enabled,
    refetchInterval: 30_000,
  });
}

/** What the thing is called that a limit is for. */
export function useLimitName(): (limit: Limit) => string {
  const { t } = useTranslation("console");
  const project = useProjectName();
  const person = usePeopleNames();
  const keys = useProjectKeys();
  return (limit) => {
    if (limit.scope === "organization") return t("scope_organization");
    if (limit.scope === "project") return project(limit.scope_id);
    if (limit.scope === "user") return person(limit.scope_id);
    return keys.data?.find((key) => key.id === limit.scope_id)?.name ?? shortId(limit.scope_id);
  };
}

export function useBudgets(enabled: boolean): Budget[] {
  const limits = useLimits(enabled);
  const costs = useMonthCosts(enabled);
  const name = useLimitName();
  return (limits.data ?? []).map((limit) => ({
    limit,
    name: name(limit),
    spent: costs.data ? spentOf(limit, costs.data, Date.now()) : null,
  }));
}
