import type { Chat } from "@/features/chats";
import { create } from "@/lib/store";

/** What a menu asks for and a dialog then does. */
export type ChatAction = { kind: "delete" | "rename" | "move" | "share" | "export"; chat: Chat };

export const chatAction = create<ChatAction | null>(null);

/** The chat whose title is being edited in the sidebar. */
export const renaming = create<string | null>(null);

/** Which list the sidebar shows. */
export const shownList = create<"chats" | "archived">("chats");
