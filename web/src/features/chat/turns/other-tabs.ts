/** Tabs of one browser tell each other at once which chat has changed; other devices find out by asking. */
import { queryClient } from "@/lib/query-client";

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("earthshine.chats");

channel?.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  if (typeof data !== "string") return;
  void queryClient.invalidateQueries({ queryKey: ["chat", data] });
  void queryClient.invalidateQueries({ queryKey: ["turns", data] });
});

export function tellOtherTabs(chatId: string): void {
  channel?.postMessage(chatId);
}
