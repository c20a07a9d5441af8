/** Sends what people say, and shows it on its way. */

import { type Chat, changed, refreshChats, showChat } from "@/features/chats";
import { api, data, type Schemas } from "@/lib/api";
import { largeStorage } from "@/lib/large-storage";
import { queryClient } from "@/lib/query-client";
import { followTurn } from "../reply/use-reply";
import { type Branch, turnOf } from "../turns/branch";
import { tellOtherTabs } from "../turns/other-tabs";
import { showTurn, turnsKey } from "../turns/queries";
import { Outbox, type Outgoing } from "./outbox";

/** What is kept on the device belongs to one person. */
let person = "";
const key = () => `earthshine.outbox.${person}`;
const largeKey = (turnId: string) => `unsent.${person}.${turnId}`;

export const outbox = new Outbox({
  async createChat(body) {
    const chat = await data(api.POST("/earthshine/v1/chats", { body }));
    showChat(chat);
    queryClient.setQueryData<Branch>(turnsKey(chat.id), (known) => known ?? { turns: [], hasMore: false });
  },
  async createTurn(chatId, body) {
    await changed(chatId);
    const input = body.input as Schemas["TurnCreate"]["input"];
    const params = { path: { chat_id: chatId } };
    const turn = turnOf(
      await data(api.POST("/earthshine/v1/chats/{chat_id}/turns", { params, body: { ...body, input } })),
    );
    // Its events begin to come before it is drawn, and its end is noticed where it never is: in a tab that is not shown.
    if (turn.status !== "queued") followTurn(turn);
    await queryClient.cancelQueries({ queryKey: turnsKey(chatId) });
    showTurn(turn);
    queryClient.setQueryData<Chat>(
      ["chat", chatId],
      (chat) => chat && { ...chat, current_turn_id: turn.id, running: true },
    );
    void queryClient.invalidateQueries({ queryKey: ["turns", chatId] });
    void queryClient.invalidateQueries({ queryKey: ["chat", chatId] });
    void refreshChats().catch(() => undefined);
    tellOtherTabs(chatId);
  },
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  load: () => localStorage.getItem(key()),
  save: (text) => (text === "[]" ? localStorage.removeItem(key()) : localStorage.setItem(key(), text)),
  loadLarge: (turnId) => largeStorage.get(largeKey(turnId)),
  saveLarge: (turnId, input) => largeStorage.set(largeKey(turnId), input),
  dropLarge: (turnId) => largeStorage.remove(largeKey(turnId)),
});

/** Takes up what this person left unsent on this device. */
export function startOutbox(userId: string): void {
  if (person === userId) return;
  person = userId;
  void outbox.start();
}

/** What is on its way in a chat. */
export function useOutgoing(chatId: string): readonly Outgoing[] {
  return outbox.use().filter((each) => each.chatId === chatId);
}

if (typeof window !== "undefined") window.addEventListener("online", () => outbox.retry());
