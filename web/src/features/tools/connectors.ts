/** The servers of the Model Context Protocol that a person keeps, or that are the project's. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";

export type Connector = Schemas["Connector"];

/** At most a page of them is shown; nobody keeps more. */
const MOST = 100;

export const connectorsQuery = queryOptions({
  queryKey: ["connectors"],
  queryFn: async ({ signal }) => {
    const params = { query: { limit: MOST } };
    return (await data(api.GET("/earthshine/v1/connectors", { params, signal }))).data;
  },
});

/** All of them; undefined until they are known. */
export function useConnectors() {
  return useQuery(connectorsQuery);
}

/** Where a connector's server is, in one line. */
export function placeOf({ url, command }: Pick<Connector, "url" | "command">): string {
  return url ?? (command ?? []).join(" ");
}
