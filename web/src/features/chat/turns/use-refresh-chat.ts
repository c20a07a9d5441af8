/** Sees what other devices do with an open chat: its small object is read again and again, its turns when it changed. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { chatQuery } from "@/features/chats";
import { queryClient } from "@/lib/query-client";
import { turnsKey } from "./queries";

const CALM_MS = 3000;
const BUSY_MS = 1000;

export function useRefreshChat(chatId: string, enabled: boolean): void {
  const { data: chat, dataUpdatedAt } = useQuery({
    ...chatQuery(chatId),
    enabled,
    refetchInterval: ({ state }) => (state.data?.running ? BUSY_MS : CALM_MS),
    refetchIntervalInBackground: false,
  });
  const state = chat ? `${chat.updated_at} ${chat.current_turn_id} ${chat.running}` : null;
  // Times are whole seconds: after a change, another one in the same second is looked for once more.
  const seen = useRef({ state, again: false });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer of the server is looked at
  useEffect(() => {
    if (state === null) return;
    const changed = seen.current.state !== null && seen.current.state !== state;
    if (changed || seen.current.again) void queryClient.invalidateQueries({ queryKey: turnsKey(chatId) });
    seen.current = { state, again: changed };
  }, [state, dataUpdatedAt, chatId]);
}
