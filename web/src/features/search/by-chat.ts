import type { Match } from "./use-chat-search";

/** A chat in which something was found, and where in it: nowhere, if it was its title. */
export interface FoundChat {
  id: string;
  title: string;
  /** When the best of it was said, or the chat begun. */
  at: number;
  passages: Match[];
}

const MOST_PASSAGES = 3;

/** Each chat once, in the order of its best match, with its best passages. */
export function byChat(matches: readonly Match[]): FoundChat[] {
  const chats = new Map<string, FoundChat>();
  for (const match of matches) {
    const chat = chats.get(match.chat_id) ?? {
      ...{ id: match.chat_id, title: match.chat_title, at: match.created_at },
      passages: [],
    };
    chats.set(chat.id, chat);
    // Each reply of a comparison has the question once more.
    const known = chat.passages.some((each) => each.role === match.role && each.snippet === match.snippet);
    if (match.turn_id && !known && chat.passages.length < MOST_PASSAGES) chat.passages.push(match);
  }
  return [...chats.values()];
}
