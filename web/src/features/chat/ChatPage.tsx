import { useEffect } from "react";
import { prepareMarkdown } from "@/features/markdown";
import { useMe } from "@/features/session";
import { OpenChat } from "./OpenChat";
import { startOutbox } from "./outbox/browser-outbox";
import { NewChat } from "./start/NewChat";

/** The page of a chat, or of one that has not begun. */
export function ChatPage({ chatId }: { chatId: string | null }) {
  const me = useMe();
  useEffect(() => startOutbox(me.user.id), [me.user.id]);
  useEffect(() => {
    // Before a chat has begun there is nothing to show with it yet.
    const timer = setTimeout(prepareMarkdown, chatId === null ? 2000 : 0);
    return () => clearTimeout(timer);
  }, [chatId]);
  return chatId === null ? <NewChat /> : <OpenChat key={chatId} chatId={chatId} />;
}
