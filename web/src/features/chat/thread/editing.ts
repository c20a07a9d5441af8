/** Which message of the thread is being changed. */
import { useSyncExternalStore } from "react";
import { create } from "@/lib/store";

export const editedTurn = create<string | null>(null);

/** Whether this turn's message is being changed; the other turns are not drawn anew for it. */
export function useIsEdited(turnId: string): boolean {
  return useSyncExternalStore(editedTurn.subscribe, () => editedTurn.get() === turnId);
}
