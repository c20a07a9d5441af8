import { useEffect } from "react";
import { type Chat, refreshChats } from "@/features/chats";
import { queryClient } from "@/lib/query-client";

const WHILE_RUNNING_MS = 3_000;
const OTHERWISE_MS = 30_000;

/** Keeps the lists of chats fresh while the page is seen: sooner while a reply runs, and when the page comes back. */
export function useRefreshChats(): void {
  useEffect(() => {
    let last = Date.now();
    let busy = false;
    const freshen = () => {
      if (busy || document.hidden || !navigator.onLine) return;
      busy = true;
      last = Date.now();
      // Lists keep what they have when the server is away; the next round tries again.
      void refreshChats()
        .catch(() => undefined)
        .finally(() => {
          busy = false;
        });
    };
    const tick = () => {
      const pause = knowsRunningChat() ? WHILE_RUNNING_MS : OTHERWISE_MS;
      if (Date.now() - last >= pause) freshen();
    };
    const timer = setInterval(tick, 1_000);
    document.addEventListener("visibilitychange", freshen);
    window.addEventListener("online", freshen);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", freshen);
      window.removeEventListener("online", freshen);
    };
  }, []);
}

function knowsRunningChat(): boolean {
  return queryClient
    .getQueriesData<{ pages: { data: Chat[] }[] }>({ queryKey: ["chats"], type: "active" })
    .some(([, known]) => known?.pages.some((page) => page.data.some((chat) => chat.running)));
}
