import { Ellipsis } from "lucide-react";
import { type KeyboardEvent, memo, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { Menu } from "@/components/overlays/menu";
import type { Chat } from "@/features/chats";
import { ALIGNED, cx } from "@/lib/class-names";
import { STOP } from "../list-keys";
import { chatAction, renaming } from "./actions";
import { ChatMenuItems } from "./ChatMenuItems";
import { RenameField } from "./RenameField";

/** One chat in a list: its title, whether a reply runs, and its menu. `tabbable`: reached by Tab; others by arrows. */
export const ChatRow = memo(function ChatRow({ chat, tabbable }: { chat: Chat; tabbable: boolean }) {
  const { t } = useTranslation("sidebar");
  const [path] = useLocation();
  const edited = renaming.use() === chat.id;
  const current = path === `/c/${chat.id}`;
  const link = useRef<HTMLAnchorElement>(null);
  const wasEdited = useRef(false);
  useEffect(() => {
    // The field is gone, and with it the focus; unless it went somewhere else by then.
    if (wasEdited.current && !edited && document.activeElement === document.body) link.current?.focus();
    wasEdited.current = edited;
  }, [edited]);
  if (edited) return <RenameField chat={chat} onDone={() => renaming.set(null)} />;

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Delete") chatAction.set({ kind: "delete", chat });
    else if (event.key === "F2") renaming.set(chat.id);
    else return;
    event.preventDefault();
  }

  const title = chat.title || t("untitled");
  return (
    <div
      className={cx(
        "group/row relative flex h-9 items-center rounded-lg coarse:h-11",
        current ? "bg-hover font-medium" : "hover:bg-hover",
      )}
    >
      <Link
        ref={link}
        href={`/c/${chat.id}`}
        {...STOP}
        tabIndex={tabbable ? 0 : -1}
        aria-current={current ? "page" : undefined}
        onKeyDown={onKeyDown}
        className="flex h-full min-w-0 flex-1 items-center gap-2 rounded-lg ps-3 pe-3 -outline-offset-2 group-focus-within/row:pe-9 group-hover/row:pe-9 coarse:pe-11"
      >
        <span dir="auto" className={cx("min-w-0 flex-1 truncate", ALIGNED)} title={title}>
          <BidiLine text={title} />
        </span>
        {chat.running ? (
          <span title={t("running")} className="flex shrink-0 items-center gap-1.5 text-xs text-ink-soft">
            <span aria-hidden className="size-2 animate-pulse rounded-full bg-moon" />
            <span aria-hidden>{t("writing")}</span>
            <span className="sr-only">{t("running")}</span>
          </span>
        ) : null}
      </Link>
      <Menu
        trigger={
          <button
            type="button"
            tabIndex={tabbable ? 0 : -1}
            aria-label={t("menu_of", { title })}
            className="absolute end-1 grid size-7 place-items-center rounded-md text-ink-soft opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100 hover:bg-line focus-visible:opacity-100 aria-expanded:opacity-100 coarse:end-0 coarse:size-11 coarse:opacity-100"
          >
            <Ellipsis className="size-4" aria-hidden />
          </button>
        }
      >
        <ChatMenuItems chat={chat} onRename={() => renaming.set(chat.id)} />
      </Menu>
    </div>
  );
});
