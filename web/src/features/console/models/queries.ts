/** Models on this machine, those that could be, and what is loaded. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";

export type Model = Schemas["Model"];
export type CatalogEntry = Schemas["CatalogEntry"];
export type Download = Schemas["CatalogDownload"];
export type Engine = Schemas["Engine"];

/** The names that requests can use, the aliases among them. */
export function useInstalledModels() {
  return useQuery({
    queryKey: ["console", "models"],
    queryFn: () => data(api.GET("/v1/models")).then((list) => list.data),
    staleTime: 10_000,
  });
}

/** What is known by name; looked at again while the server still asks what can be had. */
export function useCatalog() {
  return useQuery({
    queryKey: ["console", "catalog"],
    queryFn: () => data(api.GET("/earthshine/v1/catalog")).then((list) => list.data),
    refetchInterval: ({ state }) =>
      state.data?.some((each) => each.reachable === "unknown" && !each.server) ? 2_000 : false,
  });
}

export function useMachine(enabled: boolean) {
  return useQuery({
    queryKey: ["console", "machine"],
    queryFn: () => data(api.GET("/earthshine/v1/machine")),
    enabled,
    staleTime: 30_000,
  });
}

/** What is loaded; looked at again and again while something loads. */
export function useEngines(refetchInterval: number | false = false) {
  return useQuery({
    queryKey: ["console", "engines"],
    queryFn: () => data(api.GET("/earthshine/v1/engines")),
    refetchInterval: ({ state }) =>
      state.data?.data.some((each) => each.state === "loading" || each.state === "leaving")
        ? 1_000
        : refetchInterval,
  });
}

/** Downloads, once a second while one runs. */
export function useDownloads(enabled: boolean) {
  return useQuery({
    queryKey: ["console", "downloads"],
    queryFn: () => data(api.GET("/earthshine/v1/catalog/downloads")).then((list) => list.data),
    enabled,
    refetchInterval: ({ state }) => (state.data?.some((each) => each.state === "running") ? 1_000 : 15_000),
  });
}

const LISTS = ["models", "catalog", "engines", "downloads"];

/** What can be done with models; every change shows in the lists. */
export function useModelChanges() {
  const client = useQueryClient();
  const onSuccess = () =>
    client.invalidateQueries({
      queryKey: ["console"],
      predicate: ({ queryKey }) => LISTS.includes(String(queryKey[1])),
    });
  return {
    refresh: onSuccess,
    download: useMutation({
      mutationFn: (body: Schemas["DownloadCreate"]) =>
        data(api.POST("/earthshine/v1/catalog/downloads", { body })),
      onSuccess,
    }),
    stopDownload: useMutation({
      mutationFn: (id: string) =>
        data(
          api.DELETE("/earthshine/v1/catalog/downloads/{download_id}", {
            params: { path: { download_id: id } },
          }),
        ),
      onSuccess,
    }),
    load: useMutation({
      mutationFn: (model: string) => data(api.POST("/earthshine/v1/engines", { body: { model } })),
      onSuccess,
    }),
    unload: useMutation({
      mutationFn: (model: string) =>
        data(api.DELETE("/earthshine/v1/engines/{model}", { params: { path: { model } } })),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: (model: string) => data(api.DELETE("/v1/models/{model}", { params: { path: { model } } })),
      onSuccess,
    }),
  };
}
