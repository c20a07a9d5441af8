import {
  ArrowLeft,
  LibraryBig,
  ListChecks,
  PanelLeftClose,
  Search,
  SquarePen,
  Telescope,
} from "lucide-react";
import { lazy, Suspense, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { IconButton } from "@/components/button";
import { Logo } from "@/components/logo";
import { openPalette } from "@/features/palette";
import { closeSidebar, foldSidebar } from "@/features/shell";
import { keysText } from "@/lib/commands";
import { siteName } from "@/lib/site-name";
import { AssistantList } from "./AssistantList";
import { ChatList } from "./chat-list/ChatList";
import { PinnedChats } from "./chat-list/PinnedChats";
import { useRefreshChats } from "./chat-list/use-refresh-chats";
import { chatAction, shownList } from "./chat-row/actions";
import { walk } from "./list-keys";
import { PersonMenu } from "./PersonMenu";
import { SpaceList } from "./SpaceList";
import { useSidebarCommands } from "./use-sidebar-commands";

const ChatDialogs = lazy(() => import("./chat-row/ChatDialogs"));

const ITEM =
  "flex min-h-9 items-center gap-2.5 rounded-lg px-3 text-start hover:bg-hover coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0";

/** The way to everything that a person has: chats, spaces, the library, and what is set. */
export function Sidebar() {
  const { t } = useTranslation("sidebar");
  const scroller = useRef<HTMLElement>(null);
  const archived = shownList.use() === "archived";
  const asked = chatAction.use();
  useRefreshChats();
  useSidebarCommands();
  return (
    <div className="flex h-full flex-col">
      <header className="flex items-center gap-2 ps-4 pe-2 pt-2">
        <Link href="/" className="flex flex-1 items-center gap-2 py-2 font-semibold">
          <Logo className="size-6" />
          <bdi translate="no" className="line-clamp-1">
            {siteName.use()}
          </bdi>
        </Link>
        <IconButton
          label={t("fold")}
          keys={keysText("mod+b")}
          onClick={() => {
            closeSidebar();
            foldSidebar(true);
          }}
          className="max-md:hidden"
        >
          <PanelLeftClose className="mirrored" />
        </IconButton>
        <IconButton label={t("close")} onClick={closeSidebar} className="md:hidden">
          <PanelLeftClose className="mirrored" />
        </IconButton>
      </header>
      <div className="flex flex-col gap-0.5 p-2">
        <Link href="/" className={ITEM}>
          <SquarePen className="mirrored" aria-hidden />
          {t("new_chat")}
        </Link>
        <button type="button" onClick={() => openPalette("all")} className={ITEM}>
          <Search aria-hidden />
          <span className="flex-1">{t("search")}</span>
          <kbd className="text-xs text-ink-faint coarse:hidden">{keysText("mod+k")}</kbd>
        </button>
        <Link href="/tasks" className={ITEM}>
          <ListChecks aria-hidden />
          {t("tasks")}
        </Link>
        <Link href="/research" className={ITEM}>
          <Telescope aria-hidden />
          {t("research")}
        </Link>
        <Link href="/library/files" className={ITEM}>
          <LibraryBig aria-hidden />
          {t("library")}
        </Link>
      </div>
      <nav
        ref={scroller}
        aria-label={t("chats")}
        onKeyDown={walk}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-4"
      >
        {archived ? (
          <>
            <button
              type="button"
              onClick={() => shownList.set("chats")}
              className={`${ITEM} w-full font-medium`}
            >
              <ArrowLeft className="mirrored" aria-hidden />
              {t("archived")}
            </button>
            <ChatList key="archived" filter={ARCHIVED} scroller={scroller} empty={t("no_archived")} />
          </>
        ) : (
          <>
            <AssistantList />
            <SpaceList />
            <PinnedChats />
            <ChatList key="chats" filter={UNPINNED} scroller={scroller} empty={t("no_chats")} />
          </>
        )}
      </nav>
      <footer className="border-t border-line p-2">
        <PersonMenu />
      </footer>
      {asked ? (
        <Suspense>
          <ChatDialogs asked={asked} onClose={() => chatAction.set(null)} />
        </Suspense>
      ) : null}
    </div>
  );
}

const UNPINNED = { archived: false, pinned: false } as const;
const ARCHIVED = { archived: true } as const;
