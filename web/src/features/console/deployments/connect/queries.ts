/** Asks for what stands at an address, tries its models, and offers them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";

export type Server = Schemas["Server"];
export type ServerModel = Schemas["ServerModel"];
export type Vendor = Schemas["ServerVendor"];
export type TestResult = Schemas["ServerTestResult"];

export interface Place {
  base_url: string;
  api_key: string;
}

export function useVendors() {
  return useQuery({
    queryKey: ["console", "vendors"],
    queryFn: () => data(api.GET("/earthshine/v1/servers/vendors")).then((list) => list.data),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const PRIVATE = ["console", "private_addresses"];

/** Whether servers may be on this machine or its network. */
export function usePrivateAddresses() {
  const client = useQueryClient();
  const read = useQuery({
    queryKey: PRIVATE,
    queryFn: () => data(api.GET("/earthshine/v1/servers/private_addresses")),
  });
  const change = useMutation({
    mutationFn: (allowed: boolean) =>
      data(api.POST("/earthshine/v1/servers/private_addresses", { body: { allowed } })),
    onSuccess: (now) => client.setQueryData(PRIVATE, now),
  });
  return { read, change };
}

export function useLook() {
  return useMutation({
    mutationFn: (body: Place) => data(api.POST("/earthshine/v1/servers/models", { body })),
  });
}

/** Tries one model. */
export function tryModel(place: Place, target: string, probes: TestResult["probe"][]) {
  return data(api.POST("/earthshine/v1/servers/test", { body: { ...place, target, probes } }));
}

export function useOffer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["CreateServer"]) => data(api.POST("/earthshine/v1/servers", { body })),
    onSuccess: () => client.invalidateQueries(),
  });
}
