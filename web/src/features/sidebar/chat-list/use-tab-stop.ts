import { type FocusEvent, useState } from "react";
import { useLocation } from "wouter";

/** Which of these chats Tab reaches: the one that had the focus last, else the one on the page, else the first. */
export function useTabStop(ids: readonly string[]) {
  const [path] = useLocation();
  const [focused, setFocused] = useState<string | null>(null);
  const open = path.startsWith("/c/") ? path.slice(3) : null;
  const stop = [focused, open].find((id) => id && ids.includes(id)) ?? ids[0];
  const onFocus = (event: FocusEvent<HTMLElement>) => {
    const id = (event.target as HTMLElement).closest<HTMLElement>("[data-chat]")?.dataset.chat;
    if (id) setFocused(id);
  };
  return { stop, onFocus };
}
