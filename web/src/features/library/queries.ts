/** What a person keeps beside chats: assistants, prompts, spaces and memories. All four have the same five routes. */
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { queryClient } from "@/app/query-client";
import type { Sampling } from "@/features/settings";
import { request } from "@/lib/request";

interface Thing {
  id: string;
  /** Seconds. */
  created_at: number;
  updated_at: number;
}

/** What all of a project may read; only whose it is may change it. */
interface Sharable {
  shared: boolean;
  is_mine: boolean;
}

export interface Assistant extends Thing, Sharable {
  name: string;
  description: string;
  icon: string;
  instructions: string;
  model: string | null;
  settings: Sampling;
  starters: string[];
}

export interface Prompt extends Thing, Sharable {
  name: string;
  text: string;
  /** The names between double braces in the text. */
  variables: string[];
}

export interface Space extends Thing {
  name: string;
  icon: string;
  instructions: string;
  assistant_id: string | null;
}

export interface Memory extends Thing {
  text: string;
  source: "person" | "chat";
  chat_id: string | null;
}

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
