/** The tools of this server that a person can switch on. */
import { useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";

export type OfferedTool = Schemas["OfferedTool"];

const LONG_MS = 60_000;

/** What can be switched on here; undefined until it is known. */
export function useTools(): readonly OfferedTool[] | undefined {
  return useQuery({
    queryKey: ["tools"],
    queryFn: async ({ signal }) => (await data(api.GET("/earthshine/v1/tools", { signal }))).data,
    staleTime: LONG_MS,
  }).data;
}
