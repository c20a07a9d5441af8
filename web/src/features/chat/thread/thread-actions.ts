/** What can be done in the thread that is on the page; the same object as long as its chat is. */
import { createContext, useContext } from "react";
import type { Turn } from "../turns/branch";
import type { InputItem, MessageContent } from "../turns/input";

export interface ThreadActions {
  /** A new sibling that says the same, perhaps to another model. */
  regenerate(turn: Turn, model?: string): void;
  /** A new sibling that says something else. */
  edit(turn: Turn, content: MessageContent): void;
  /** Goes on from a reply that was cut: by the model itself where it can, else by asking for it. */
  goOn(turn: Turn): void;
  /** Says something to a reply that is no message: what was decided of the calls that it asks about. */
  answer?(turn: Turn, items: readonly InputItem[]): void;
  switchBranch?(turnId: string): void;
  cancel(turn: Turn): void;
  /** Whether nothing of the chat is kept by the server. */
  temporary: boolean;
  /** The name of the assistant that the chat is with. */
  assistant: string | null;
}

export const ThreadActionsContext = createContext<ThreadActions | null>(null);

export function useThreadActions(): ThreadActions {
  const actions = useContext(ThreadActionsContext);
  if (!actions) throw new Error("outside a thread");
  return actions;
}
