/** Makes turns of what a person says, and hands them to the outbox. */

import { type ResearchMode, researchTurn } from "@/features/research";
import { type MessageContent, toInput } from "../turns/input";
import { outbox } from "./browser-outbox";
import { newId } from "./ids";
import type { ChatBody } from "./outbox";

interface Sending {
  chatId: string;
  parentId: string | null;
  content: MessageContent;
  mode?: "queue" | "steer";
  /** Models that answer side by side; fewer than two compare nothing. */
  compared?: readonly string[];
  /** Makes the reply a research, by one model. */
  research?: ResearchMode | null;
  /** The chat's model, where it has chosen one. */
  model?: string | null;
  /** The chat, when this is its first message. */
  chat?: ChatBody | null;
}

/** Sends a message: once, or once for each model that is to be compared. */
export function sendMessage({
  chatId,
  parentId,
  content,
  mode = "queue",
  compared = [],
  research = null,
  model = null,
  chat = null,
}: Sending): void {
  const turn = { parent_id: parentId, input: toInput(content), mode };
  if (research || compared.length < 2) {
    const asked = research ? researchTurn(research, model) : {};
    outbox.add(chatId, { ...turn, ...asked, id: newId("turn") }, chat);
    return;
  }
  const group_id = newId("group");
  compared.forEach((model, place) => {
    outbox.add(chatId, { ...turn, id: newId("turn"), model, group_id }, place === 0 ? chat : null);
  });
}
