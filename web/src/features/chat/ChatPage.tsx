import { useEffect } from "react";
import { prepareMarkdown } from "@/features/markdown";
import { useMe } from "@/features/session";
import { NewChat } from "./NewChat";
import { OpenChat } from "./OpenChat";
import { startSending } from "./sending";

/** The page of a chat, or of one that has not begun. */
export function ChatPage({ chatId }: { chatId: string | null }) {
  const me = useMe();
  useEffect(() => startSending(me.user.id), [me.user.id]);
  useEffect(prepareMarkdown, []);
  return chatId === null ? <NewChat /> : <OpenChat key={chatId} chatId={chatId} />;
}
