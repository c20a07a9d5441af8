import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { everyPage } from "../api";
import { useProject } from "../frame/project";

export type Limit = Schemas["Limit"];
export type LimitBody = Schemas["LimitBody"];
export type SpendAlert = Schemas["SpendAlert"];
export type RateLimit = Schemas["ProjectRateLimit"];

export const SCOPES = ["organization", "project", "key", "user"] as const;
export const KINDS = [
  "spend_per_day",
  "spend_per_month",
  "requests_per_minute",
  "requests_per_day",
  "tokens_per_minute",
  "parallel_requests",
  "seconds_per_day",
  "searches_per_day",
  "sessions_per_day",
  "training_tokens_per_day",
] as const;

export function useLimits(enabled: boolean) {
  return useQuery({
    queryKey: ["console", "limits"],
    queryFn: () =>
      everyPage((after) =>
        data(api.GET("/v1/organization/limits", { params: { query: { limit: 100, after } } })),
      ),
    enabled,
  });
}

/** The project's limits of each model, which everybody in it may see. */
export function useRateLimits() {
  const project = useProject();
  return useQuery({
    queryKey: ["console", "rate-limits", project],
    queryFn: () =>
      everyPage((after) =>
        data(
          api.GET("/v1/organization/projects/{project_id}/rate_limits", {
            params: { path: { project_id: project }, query: { limit: 100, after } },
          }),
        ),
      ),
  });
}

/** Whose alert: the organisation's, or one project's. */
export type AlertOf = "organization" | "project";

export function useSpendAlerts(of: AlertOf, enabled: boolean) {
  const project = useProject();
  return useQuery({
    queryKey: ["console", "spend-alerts", of, project],
    queryFn: () =>
      everyPage((after) =>
        of === "organization"
          ? data(api.GET("/v1/organization/spend_alerts", { params: { query: { limit: 100, after } } }))
          : data(
              api.GET("/v1/organization/projects/{project_id}/spend_alerts", {
                params: { path: { project_id: project }, query: { limit: 100, after } },
              }),
            ),
      ),
    enabled,
  });
}

const LISTS = ["limits", "rate-limits", "spend-alerts"];

export function useLimitChanges() {
  const project = useProject();
  const client = useQueryClient();
  const onSuccess = () =>
    client.invalidateQueries({
      queryKey: ["console"],
      predicate: ({ queryKey }) => LISTS.includes(String(queryKey[1])),
    });
  return {
    set: useMutation({
      mutationFn: (body: LimitBody) => data(api.POST("/v1/organization/limits", { body })),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: (id: string) =>
        data(api.DELETE("/v1/organization/limits/{limit_id}", { params: { path: { limit_id: id } } })),
      onSuccess,
    }),
    addAlert: useMutation({
      mutationFn: ({ of, body }: { of: AlertOf; body: Schemas["SpendAlertBody"] }): Promise<unknown> =>
        of === "organization"
          ? data(api.POST("/v1/organization/spend_alerts", { body }))
          : data(
              api.POST("/v1/organization/projects/{project_id}/spend_alerts", {
                params: { path: { project_id: project } },
                body,
              }),
            ),
      onSuccess,
    }),
    removeAlert: useMutation({
      mutationFn: ({ of, id }: { of: AlertOf; id: string }): Promise<unknown> =>
        of === "organization"
          ? data(
              api.DELETE("/v1/organization/spend_alerts/{alert_id}", { params: { path: { alert_id: id } } }),
            )
          : data(
              api.DELETE("/v1/organization/projects/{project_id}/spend_alerts/{alert_id}", {
                params: { path: { project_id: project, alert_id: id } },
              }),
            ),
      onSuccess,
    }),
  };
}
