/** What a person keeps beside chats: assistants, prompts, spaces and memories. All four have the same five routes. */
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import type { Schemas } from "@/lib/api";
import { queryClient } from "@/lib/query-client";
import { request } from "@/lib/request";

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

interface Page<T> {
  data: T[];
  has_more: boolean;
}

async function readAll<K extends Kind>(kind: K, signal: AbortSignal): Promise<Kinds[K][]> {
  const all: Kinds[K][] = [];
  for (;;) {
    const query = { limit: PAGE, after: all.at(-1)?.id };
    const page = await request<Page<Kinds[K]>>("GET", `/v1/${kind}`, { query, signal });
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
    queryFn: ({ signal }) => request<Assistant>("GET", `/v1/assistants/${id}`, { signal }),
    enabled: id !== null,
    initialData: () => queryClient.getQueryData<Assistant[]>(["assistants"])?.find((each) => each.id === id),
    staleTime: 60_000,
  });
}

/** Makes a new one, or changes the one with this id. */
export function useSaveThing<K extends Kind>(kind: K) {
  return useMutation({
    mutationFn: ({ id, fields }: { id: string | null; fields: Partial<Kinds[K]> }) =>
      request<Kinds[K]>("POST", id ? `/v1/${kind}/${id}` : `/v1/${kind}`, { body: fields }),
    onSuccess: (saved, { id }) => {
      queryClient.setQueryData<Kinds[K][]>([kind], (known) =>
        id ? known?.map((each) => (each.id === id ? saved : each)) : known && [saved, ...known],
      );
      if (kind === "assistants") queryClient.setQueryData([kind, saved.id], saved);
    },
  });
}

export function useDeleteThing<K extends Kind>(kind: K) {
  return useMutation({
    mutationFn: (id: string) => request("DELETE", `/v1/${kind}/${id}`),
    onSuccess: (_reply, id) =>
      queryClient.setQueryData<Kinds[K][]>([kind], (known) => known?.filter((each) => each.id !== id)),
  });
}
