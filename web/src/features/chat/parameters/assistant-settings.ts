import type { ChatSettings } from "@/features/chats";
import type { Assistant } from "@/features/library";

/** What an assistant brings to a chat beside its instructions: only what was chosen for it. */
export function givenBy({ settings, model }: Assistant): Partial<ChatSettings> {
  return Object.fromEntries(
    Object.entries({ ...settings, model }).filter(([, value]) => value !== null && value !== undefined),
  );
}
