/** What this machine computes with: its devices, and the builds of the engine that can use them. */
import { useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";

export type Device = Schemas["Device"];
export type EngineBuild = Schemas["EngineBuild"];

const LOOK_AGAIN_MS = 10_000;

/** The devices beside the processor; looked at again, as others use them too. */
export function useDevices() {
  return useQuery({
    queryKey: ["console", "devices"],
    queryFn: () => data(api.GET("/earthshine/v1/devices")),
    refetchInterval: LOOK_AGAIN_MS,
  });
}

/** The server asks each program what it is, which takes seconds, so it is not asked again and again. */
export function useEngineBuilds() {
  return useQuery({
    queryKey: ["console", "builds"],
    queryFn: () => data(api.GET("/earthshine/v1/engines/builds")),
    staleTime: 300_000,
  });
}
