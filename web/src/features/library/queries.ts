/** What a person keeps beside chats: assistants, prompts, spaces and memories. All four have the same five routes. */
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { queryClient } from "@/lib/query-client";

export type Assistant = Schemas["PersonalAssistant"];
export type Prompt = Schemas["PersonalPrompt"];
export type Space = Schemas["PersonalSpace"];
export type Memory = Schemas["PersonalMemory"];

export interface Kinds {
  assistants: Assistant;
  prompts: Prompt;
  spaces: Space;
  memories: Memory;
}

export type Kind = keyof Kinds;

/** The most that a person may have of one kind is a thousand: ten pages, read one after another. */
const PAGE = 100;

/** What of each kind is made or changed. */
export interface Fields {
  assistants: Schemas["AssistantCreate"];
  prompts: Schemas["PromptCreate"];
  spaces: Schemas["SpaceCreate"];
  memories: Schemas["MemoryCreate"];
}

interface Routes<T, F> {
  list(
    query: { limit: number; after?: string },
    signal: AbortSignal,
  ): Promise<{ data: T[]; has_more: boolean }>;
  create(body: F): Promise<T>;
  update(id: string, body: F): Promise<T>;
  remove(id: string): Promise<unknown>;
}

const ROUTES: { [K in Kind]: Routes<Kinds[K], Fields[K]> } = {
  assistants: {
    list: (query, signal) => data(api.GET("/earthshine/v1/assistants", { params: { query }, signal })),
    create: (body) => data(api.POST("/earthshine/v1/assistants", { body })),
    update: (assistant_id, body) =>
      data(
        api.POST("/earthshine/v1/assistants/{assistant_id}", { params: { path: { assistant_id } }, body }),
      ),
    remove: (assistant_id) =>
      data(api.DELETE("/earthshine/v1/assistants/{assistant_id}", { params: { path: { assistant_id } } })),
  },
  prompts: {
    list: (query, signal) => data(api.GET("/earthshine/v1/prompts", { params: { query }, signal })),
    create: (body) => data(api.POST("/earthshine/v1/prompts", { body })),
    update: (prompt_id, body) =>
      data(api.POST("/earthshine/v1/prompts/{prompt_id}", { params: { path: { prompt_id } }, body })),
    remove: (prompt_id) =>
      data(api.DELETE("/earthshine/v1/prompts/{prompt_id}", { params: { path: { prompt_id } } })),
  },
  spaces: {
    list: (query, signal) => data(api.GET("/earthshine/v1/spaces", { params: { query }, signal })),
    create: (body) => data(api.POST("/earthshine/v1/spaces", { body })),
    update: (space_id, body) =>
      data(api.POST("/earthshine/v1/spaces/{space_id}", { params: { path: { space_id } }, body })),
    remove: (space_id) =>
      data(api.DELETE("/earthshine/v1/spaces/{space_id}", { params: { path: { space_id } } })),
  },
  memories: {
    list: (query, signal) => data(api.GET("/earthshine/v1/memories", { params: { query }, signal })),
    create: (body) => data(api.POST("/earthshine/v1/memories", { body })),
    update: (memory_id, body) =>
      data(api.POST("/earthshine/v1/memories/{memory_id}", { params: { path: { memory_id } }, body })),
    remove: (memory_id) =>
      data(api.DELETE("/earthshine/v1/memories/{memory_id}", { params: { path: { memory_id } } })),
  },
};

async function readAll<K extends Kind>(kind: K, signal: AbortSignal): Promise<Kinds[K][]> {
  const all: Kinds[K][] = [];
  for (;;) {
    const page = await ROUTES[kind].list({ limit: PAGE, after: all.at(-1)?.id }, signal);
    all.push(...page.data);
    if (!page.has_more || page.data.length === 0) return all;
  }
}

export const libraryQuery = <K extends Kind>(kind: K) =>
  queryOptions({
    queryKey: [kind] as const,
    queryFn: ({ signal }) => readAll(kind, signal),
    staleTime: 60_000,
  });

/** All of one kind, newest first. */
export function useLibrary<K extends Kind>(kind: K, options: { enabled?: boolean } = {}) {
  return useQuery({ ...libraryQuery(kind), ...options });
}

/** One assistant, also one that somebody else shares; undefined while it is read. */
export function useAssistant(id: string | null) {
  return useQuery({
    queryKey: ["assistants", id],
    queryFn: ({ signal }) => {
      const params = { path: { assistant_id: id ?? "" } };
      return data(api.GET("/earthshine/v1/assistants/{assistant_id}", { params, signal }));
    },
    enabled: id !== null,
    initialData: () => queryClient.getQueryData<Assistant[]>(["assistants"])?.find((each) => each.id === id),
    staleTime: 60_000,
  });
}

/** Makes a new one, or changes the one with this id. */
export function useSaveItem<K extends Kind>(kind: K) {
  return useMutation({
    mutationFn: ({ id, fields }: { id: string | null; fields: Fields[K] }) =>
      id ? ROUTES[kind].update(id, fields) : ROUTES[kind].create(fields),
    onSuccess: (saved, { id }) => {
      queryClient.setQueryData<Kinds[K][]>([kind], (known) =>
        id ? known?.map((each) => (each.id === id ? saved : each)) : known && [saved, ...known],
      );
      if (kind === "assistants") queryClient.setQueryData([kind, saved.id], saved);
    },
  });
}

export function useDeleteItem<K extends Kind>(kind: K) {
  return useMutation({
    mutationFn: (id: string) => ROUTES[kind].remove(id),
    onSuccess: (_reply, id) =>
      queryClient.setQueryData<Kinds[K][]>([kind], (known) => known?.filter((each) => each.id !== id)),
  });
}
