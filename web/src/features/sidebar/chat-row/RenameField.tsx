import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/features/chats";
import { useChange } from "./use-change";

/** The title as a field: Enter and leaving save it, Escape does not. */
export function RenameField({ chat, onDone }: { chat: Chat; onDone: () => void }) {
  const { t } = useTranslation("sidebar");
  const change = useChange();
  const [title, setTitle] = useState(chat.title);
  const field = useRef<HTMLInputElement>(null);
  const closed = useRef(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  function finish(save: boolean) {
    if (closed.current) return;
    closed.current = true;
    const written = title.trim();
    if (save && written && written !== chat.title) change(chat.id, { title: written });
    onDone();
  }

  return (
    <input
      ref={field}
      dir="auto"
      aria-label={t("title")}
      maxLength={200}
      value={title}
      onChange={(event) => setTitle(event.target.value)}
      onBlur={() => finish(true)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") finish(true);
        if (event.key === "Escape") finish(false);
        event.stopPropagation();
      }}
      className="h-9 w-full rounded-lg border border-accent bg-surface px-2.5 coarse:h-11"
    />
  );
}
