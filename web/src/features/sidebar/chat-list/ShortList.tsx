import { useTranslation } from "react-i18next";
import type { Chat } from "@/features/chats";
import { ChatRow } from "../chat-row/ChatRow";
import { STOP } from "../list-keys";
import { useTabStop } from "./use-tab-stop";

/** A list of chats that is usually short; longer ones show more on demand. */
export function ShortList({
  label,
  chats,
  more,
}: {
  label: string;
  chats: readonly Chat[];
  more?: () => void;
}) {
  const { t } = useTranslation("sidebar");
  const { stop, onFocus } = useTabStop(chats.map((chat) => chat.id));
  return (
    <ul aria-label={label} onFocus={onFocus}>
      {chats.map((chat) => (
        <li key={chat.id} data-chat={chat.id}>
          <ChatRow chat={chat} tabbable={chat.id === stop} />
        </li>
      ))}
      {more ? (
        <li>
          <button
            type="button"
            {...STOP}
            onClick={more}
            className="min-h-9 w-full rounded-lg px-3 text-start text-sm text-ink-soft hover:bg-hover"
          >
            {t("more")}
          </button>
        </li>
      ) : null}
    </ul>
  );
}
