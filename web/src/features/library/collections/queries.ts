/** Collections: files that are searched together, which the API calls vector stores. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { queryClient } from "@/lib/query-client";

export type Collection = Schemas["VectorStore"];
export type CollectionFile = Schemas["VectorStoreFile"];
export type Found = Schemas["SearchResult"];

/** The name in a collection's metadata under which the id of its space is kept. */
const SPACE = "space_id";
const PAGE = 100;
const LOOK_AGAIN_MS = 1500;

export const spaceOf = (collection: Collection): string | null => collection.metadata[SPACE] ?? null;

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

/** The most that a chat may have. */
const MOST_OF_A_CHAT = 16;

/** The ids of the collections of a space, the newest first, as many as a chat may have; none while they are read. */
export function useSpaceCollections(space: string | null): readonly string[] {
  const { data } = useCollections({ enabled: space !== null });
  const mine = data?.filter((each) => spaceOf(each) === space) ?? [];
  return mine.slice(0, MOST_OF_A_CHAT).map((each) => each.id);
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

interface Fields {
  name: string;
  space: string | null;
}

/** Makes a collection, or changes the one that is given. */
export function useSaveCollection() {
  return useMutation({
    mutationFn: ({ collection, fields }: { collection: Collection | null; fields: Fields }) => {
      const { [SPACE]: _, ...rest } = collection?.metadata ?? {};
      const metadata = fields.space ? { ...rest, [SPACE]: fields.space } : rest;
      const body = { name: fields.name, metadata };
      return collection
        ? data(api.POST("/v1/vector_stores/{vector_store_id}", { params: at(collection.id), body }))
        : data(api.POST("/v1/vector_stores", { body }));
    },
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
