import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Chat } from "@/features/chats";
import { api, data, type Schemas } from "@/lib/api";
import { queryClient } from "@/lib/query-client";

/** A place where the search found its words. */
export type Match = Schemas["ChatMatch"];

const PAUSE_MS = 120;
const MOST = 30;

/** A value once it has stood still for a moment. */
export function useSettled<T>(value: T, pause = PAUSE_MS): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled;
}

/** What was ever said with these words. Keeps the last findings until the next are there; old requests are cancelled. */
export function useChatSearch(query: string) {
  const settled = useSettled(query);
  const found = useQuery({
    queryKey: ["search", settled],
    queryFn: async ({ signal }) => {
      const reply = await data(
        api.GET("/earthshine/v1/chats/search", {
          params: { query: { query: settled, limit: MOST } },
          signal,
        }),
      );
      return reply.data;
    },
    enabled: settled !== "",
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
  return { ...found, waiting: settled !== query };
}

/** The chats that are listed somewhere on this page, newest first; nothing is asked of the server. */
export function knownChats(): Chat[] {
  const chats = new Map<string, Chat>();
  for (const [, known] of queryClient.getQueriesData<{ pages: { data: Chat[] }[] }>({
    queryKey: ["chats"],
  })) {
    for (const page of known?.pages ?? []) for (const chat of page.data) chats.set(chat.id, chat);
  }
  return [...chats.values()].sort((a, b) => b.updated_at - a.updated_at);
}
