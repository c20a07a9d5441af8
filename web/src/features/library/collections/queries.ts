/** Collections: files that are searched together, which the API calls vector stores. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { queryClient } from "@/lib/query-client";

export type Collection = Schemas["VectorStore"];
export type CollectionFile = Schemas["VectorStoreFile"];
export type Found = Schemas["SearchResult"];

const PAGE = 100;
const LOOK_AGAIN_MS = 1500;

async function readAll<T extends { id: string }>(
  read: (after: string | undefined) => Promise<{ data: T[]; has_more: boolean }>,
): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const page = await read(all.at(-1)?.id);
    all.push(...page.data);
    if (!page.has_more || page.data.length === 0) return all;
  }
}

/** All of them, newest first; looked at again while files of one are being taken in. */
export function useCollections({ enabled = true }: { enabled?: boolean } = {}) {
  return useQuery({
    enabled,
    queryKey: ["collections"],
    queryFn: ({ signal }) =>
      readAll((after) =>
        data(api.GET("/v1/vector_stores", { params: { query: { limit: PAGE, after } }, signal })),
      ),
    refetchInterval: ({ state }) =>
      state.data?.some((each) => each.status === "in_progress") ? LOOK_AGAIN_MS : false,
  });
}

const at = (vector_store_id: string) => ({ path: { vector_store_id } });

/** The files of a collection, newest first. */
export function useCollectionFiles(id: string) {
  return useQuery({
    queryKey: ["collections", id, "files"],
    queryFn: ({ signal }) =>
      readAll((after) =>
        data(
          api.GET("/v1/vector_stores/{vector_store_id}/files", {
            params: { ...at(id), query: { limit: PAGE, after } },
            signal,
          }),
        ),
      ),
    refetchInterval: ({ state }) =>
      state.data?.some((each) => each.status === "in_progress") ? LOOK_AGAIN_MS : false,
  });
}

const refresh = () => queryClient.invalidateQueries({ queryKey: ["collections"] });

/** Makes a collection, or changes the one with this id. */
export function useSaveCollection() {
  return useMutation({
    mutationFn: ({ id, body }: { id: string | null; body: { name: string; shared: boolean } }) =>
      id
        ? data(api.POST("/v1/vector_stores/{vector_store_id}", { params: at(id), body }))
        : data(api.POST("/v1/vector_stores", { body })),
    onSuccess: refresh,
  });
}

export function useDeleteCollection() {
  return useMutation({
    mutationFn: (id: string) => data(api.DELETE("/v1/vector_stores/{vector_store_id}", { params: at(id) })),
    onSuccess: refresh,
  });
}

/** Puts a stored file into a collection; once more, it is taken in again. */
export async function addToCollection(id: string, file_id: string): Promise<void> {
  await data(api.POST("/v1/vector_stores/{vector_store_id}/files", { params: at(id), body: { file_id } }));
  await refresh();
}

/** Takes a file out of a collection; it stays a file. */
export async function takeFromCollection(id: string, file_id: string): Promise<void> {
  const params = { path: { vector_store_id: id, file_id } };
  await data(api.DELETE("/v1/vector_stores/{vector_store_id}/files/{file_id}", { params }));
  await refresh();
}

/** The passages of a collection that say most about something, the best first; no model is asked. */
export function useCollectionSearch(id: string, query: string) {
  return useQuery({
    queryKey: ["collections", id, "search", query],
    queryFn: ({ signal }) =>
      data(
        api.POST("/v1/vector_stores/{vector_store_id}/search", {
          params: at(id),
          body: { query: [query], max_num_results: 20 },
          signal,
        }),
      ),
    enabled: query !== "",
    staleTime: 30_000,
    retry: false,
  });
}
