import { useMutation, useQuery } from "@tanstack/react-query";
import { api, data } from "@/lib/api";
import { at } from "@/lib/base";
import { queryClient } from "@/lib/query-client";
import { siteName } from "@/lib/site-name";

/** Whether requests may be sent here; a 503 is an answer too, which says what fails. */
export interface Readiness {
  status: string;
  failing: string[];
}

export function useReady() {
  return useQuery({
    queryKey: ["console", "ready"],
    queryFn: async (): Promise<Readiness> => {
      const reply = await fetch(at("/ready"));
      const body = (await reply.json()) as { status?: string; failing?: string | string[] };
      const failing = body.failing === undefined ? [] : [body.failing].flat();
      return { status: reply.ok ? "ready" : "not_ready", failing };
    },
    refetchInterval: 10_000,
  });
}

export function useHealth() {
  return useQuery({ queryKey: ["console", "health"], queryFn: () => data(api.GET("/health")) });
}

const SETTINGS = ["console", "settings"];

export function useSettings(enabled: boolean) {
  return useQuery({
    queryKey: SETTINGS,
    queryFn: () => data(api.GET("/earthshine/v1/settings")).then((list) => list.data),
    enabled,
  });
}

/** Chooses a setting from now on; an empty value takes the choice back. */
export function useChooseSetting() {
  return useMutation({
    mutationFn: ({ name, value }: { name: string; value: string }) =>
      data(
        api.POST("/earthshine/v1/settings/{name}", {
          params: { path: { name } },
          body: { value: value || null },
        }),
      ),
    onSuccess: (setting) => {
      if (setting.name === "site_name") siteName.set(String(setting.value));
      return queryClient.invalidateQueries({ queryKey: setting.name === "site_name" ? SETTINGS : [] });
    },
  });
}
