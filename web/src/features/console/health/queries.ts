import { useQuery } from "@tanstack/react-query";
import { api, data } from "@/lib/api";
import { at } from "@/lib/base";

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

export function useSettings(enabled: boolean) {
  return useQuery({
    queryKey: ["console", "settings"],
    queryFn: () => data(api.GET("/v1/settings")).then((list) => list.data),
    enabled,
  });
}
