/** What can be done with a connector. The list of them is the tools'. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { connectorsQuery } from "@/features/tools";
import { api, data, type Schemas } from "@/lib/api";
import { queryClient } from "@/lib/query-client";

export type ConnectorTool = Schemas["ConnectorTool"];
export type ToolTried = Schemas["ToolTried"];

type Create = Schemas["ConnectorCreate"];
type Update = Schemas["ConnectorUpdate"];

const of = (connector_id: string) => ({ params: { path: { connector_id } } });

const ONE = "/earthshine/v1/connectors/{connector_id}";

function refresh(id?: string): Promise<unknown> {
  if (id) queryClient.removeQueries({ queryKey: ["connector-tools", id] });
  return queryClient.invalidateQueries({ queryKey: connectorsQuery.queryKey });
}

/** Keeps a new one, or changes the one of an id. */
export function useSaveConnector() {
  return useMutation({
    mutationFn: (change: { id: null; body: Create } | { id: string; body: Update }) =>
      change.id === null
        ? data(api.POST("/earthshine/v1/connectors", { body: change.body }))
        : data(api.POST(ONE, { ...of(change.id), body: change.body })),
    onSuccess: ({ id }) => refresh(id),
  });
}

export function useDeleteConnector() {
  return useMutation({
    mutationFn: (id: string) => data(api.DELETE(ONE, of(id))),
    onSuccess: ({ id }) => refresh(id),
  });
}

/** The tools that the server has now: it is asked when somebody looks. */
export function useConnectorTools(id: string) {
  return useQuery({
    queryKey: ["connector-tools", id],
    queryFn: async ({ signal }) => (await data(api.POST(`${ONE}/tools`, { ...of(id), signal }))).data,
    staleTime: 60_000,
    retry: false,
  });
}

export function useTryTool(id: string) {
  return useMutation({
    mutationFn: (body: Schemas["ToolTry"]) => data(api.POST(`${ONE}/try`, { ...of(id), body })),
  });
}

/** Goes to where the person signs in; they come back to this connector. */
export function useSignIn(id: string) {
  return useMutation({
    mutationFn: async () => {
      const body = { return_to: "/library/connectors" };
      const { authorization_url: url } = await data(api.POST(`${ONE}/sign_in`, { ...of(id), body }));
      // The address comes from a stranger's server.
      if (!url || !/^https?:\/\//.test(url)) throw new Error(`no address to sign in at: ${url}`);
      window.location.assign(url);
    },
  });
}

export function useSignOut(id: string) {
  return useMutation({
    mutationFn: () => data(api.POST(`${ONE}/sign_out`, of(id))),
    onSuccess: () => refresh(id),
  });
}
