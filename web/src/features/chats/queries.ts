/** A person's chats, as the server keeps them. */
import {
  type InfiniteData,
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
} from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { asApiError } from "@/lib/errors/api-error";
import { queryClient } from "@/lib/query-client";
import { change } from "./changes";

export type Chat = Schemas["Chat"];
export type ChatSettings = Chat["settings"];

export interface ChatFilter {
  archived?: boolean;
  pinned?: boolean;
  space_id?: string;
}

export type ChatPage = Pick<Schemas["ChatList"], "data" | "has_more">;

export type ChatChange = Partial<
  Pick<Chat, "title" | "pinned" | "archived" | "space_id" | "assistant_id" | "draft" | "current_turn_id">
> & { settings?: Partial<ChatSettings> };

type ChatPages = InfiniteData<ChatPage, string | null>;

const PAGE = 50;

function fetchPage(filter: ChatFilter, after: string | null, signal?: AbortSignal): Promise<ChatPage> {
  const query = { ...filter, limit: PAGE, after: after ?? undefined };
  return data(api.GET("/earthshine/v1/chats", { params: { query }, signal }));
}

/** Chats by filter, newest first, page by page. Kept fresh by `refreshChats`, which costs one page at any length. */
export const chatsQuery = (filter: ChatFilter) =>
  infiniteQueryOptions({
    queryKey: ["chats", filter] as const,
    queryFn: ({ pageParam, signal }) => fetchPage(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.has_more ? (page.data.at(-1)?.id ?? null) : null),
    staleTime: Number.POSITIVE_INFINITY,
  });

export function useChats(filter: ChatFilter, options: { enabled?: boolean } = {}) {
  return useInfiniteQuery({ ...chatsQuery(filter), ...options });
}

/** How the API's routes name one chat. */
const chat = (id: string) => ({ params: { path: { chat_id: id } } });

export const chatQuery = (id: string) =>
  queryOptions({
    queryKey: ["chat", id] as const,
    queryFn: ({ signal }) => data(api.GET("/earthshine/v1/chats/{chat_id}", { ...chat(id), signal })),
  });

export function useChat(id: string | null) {
  return useQuery({ ...chatQuery(id ?? ""), enabled: id !== null });
}

/** Puts the newest first page before what is known already; chats that moved up are not listed twice. */
export function mergeNewest(known: ChatPages | undefined, newest: ChatPage): ChatPages | undefined {
  if (!known) return known;
  if (!newest.has_more) return { pages: [newest], pageParams: [null] };
  const fresh = new Set(newest.data.map((chat) => chat.id));
  const oldest = newest.data.at(-1)?.updated_at ?? 0;
  const rest = known.pages.map((page) => ({
    ...page,
    data: page.data.filter((chat) => !fresh.has(chat.id) && chat.updated_at <= oldest),
  }));
  const more = known.pages.at(-1)?.has_more ?? newest.has_more;
  const all = [...newest.data, ...rest.flatMap((page) => page.data)];
  return { pages: [{ data: all, has_more: more }], pageParams: [null] };
}

let begunReads = 0;
/** By list: the latest of its reads that was shown. */
const shownReads = new Map<string, number>();

/** Reads the first page of every list that is on the page, and merges it in; then what still runs further below. */
export async function refreshChats(): Promise<void> {
  const lists = queryClient.getQueryCache().findAll({ queryKey: ["chats"], type: "active" });
  await Promise.all(
    lists.map(async ({ queryKey, queryHash }) => {
      begunReads += 1;
      const read = begunReads;
      const newest = await fetchPage(queryKey[1] as ChatFilter, null);
      // Reads overlap, as when compared replies end one after the other: an older answer may come last.
      if (read < (shownReads.get(queryHash) ?? 0)) return;
      shownReads.set(queryHash, read);
      const list = queryClient.setQueryData<ChatPages>(queryKey, (known) => mergeNewest(known, newest));
      const first = new Set(newest.data.map((chat) => chat.id));
      const below = list?.pages.flatMap((page) => page.data) ?? [];
      await Promise.all(
        below.filter((chat) => chat.running && !first.has(chat.id)).map((chat) => refreshChat(chat.id)),
      );
    }),
  );
}

async function refreshChat(id: string): Promise<void> {
  try {
    showChat(await data(api.GET("/earthshine/v1/chats/{chat_id}", chat(id))));
  } catch (thrown) {
    if (asApiError(thrown).status !== 404) throw thrown;
    dropChat(id);
  }
}

/** Whether a list by this filter has this chat. */
function belongs(chat: Chat, filter: ChatFilter): boolean {
  return (
    chat.archived === (filter.archived ?? false) &&
    (filter.pinned === undefined || chat.pinned === filter.pinned) &&
    (filter.space_id === undefined || chat.space_id === filter.space_id)
  );
}

/** A chat as any list or page knows it now. */
export function knownChat(id: string): Chat | undefined {
  const single = queryClient.getQueryData<Chat>(["chat", id]);
  if (single) return single;
  for (const [, pages] of queryClient.getQueriesData<ChatPages>({ queryKey: ["chats"] })) {
    const found = pages?.pages.flatMap((page) => page.data).find((chat) => chat.id === id);
    if (found) return found;
  }
  return undefined;
}

/** Shows a chat as it is now, in every list where it belongs, before any list is read again. */
export function showChat(chat: Chat): void {
  queryClient.setQueryData<Chat>(["chat", chat.id], chat);
  for (const [key, known] of queryClient.getQueriesData<ChatPages>({ queryKey: ["chats"] })) {
    if (known) queryClient.setQueryData<ChatPages>(key, place(known, chat, key[1] as ChatFilter));
  }
}

/** Puts a chat where its time says into pages that are sorted newest first, or takes it out of them. */
export function place(known: ChatPages, chat: Chat, filter: ChatFilter): ChatPages {
  const member = belongs(chat, filter);
  let placed = !member;
  const pages = known.pages.map((page, index) => {
    const data: Chat[] = [];
    for (const each of page.data) {
      if (!placed && chat.updated_at >= each.updated_at) {
        data.push(chat);
        placed = true;
      }
      if (each.id !== chat.id) data.push(each);
    }
    const end = index === known.pages.length - 1 && !page.has_more;
    if (!placed && end) data.push(chat);
    return { ...page, data };
  });
  return { ...known, pages };
}

/** Takes a chat out of all lists. */
export function dropChat(id: string): void {
  queryClient.setQueriesData<ChatPages>({ queryKey: ["chats"] }, (known) => {
    if (!known) return known;
    const pages = known.pages.map((page) => ({ ...page, data: page.data.filter((chat) => chat.id !== id) }));
    return { ...known, pages };
  });
}

/** Changes a chat: seen at once, and taken back if the server refuses. */
export function useUpdateChat() {
  return useMutation({
    mutationFn: ({ id, change: body }: { id: string; change: ChatChange }) =>
      change(id, () => data(api.POST("/earthshine/v1/chats/{chat_id}", { ...chat(id), body }))),
    onMutate: ({ id, change: wanted }) => {
      const before = knownChat(id);
      if (before) showChat({ ...before, ...wanted, settings: { ...before.settings, ...wanted.settings } });
      return before;
    },
    onSuccess: showChat,
    onError: (_error, _variables, before) => before && showChat(before),
  });
}

export function useDeleteChat() {
  return useMutation({
    mutationFn: (id: string) => data(api.DELETE("/earthshine/v1/chats/{chat_id}", chat(id))),
    onSuccess: (_reply, id) => {
      dropChat(id);
      queryClient.removeQueries({ queryKey: ["chat", id] });
      queryClient.removeQueries({ queryKey: ["turns", id] });
    },
  });
}

export type Model = Schemas["Model"];

/** The models that this person can ask. */
export function useModels() {
  return useQuery({
    queryKey: ["models"],
    queryFn: async ({ signal }) => (await data(api.GET("/v1/models", { signal }))).data,
    staleTime: 60_000,
  });
}
