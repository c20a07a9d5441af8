import { Ellipsis, PanelLeft, SlidersHorizontal } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { Menu } from "@/components/menu";
import type { Chat, ChatSettings } from "@/features/chats";
import { openSidebar, useFolded } from "@/features/shell";
import { ChatMenuItems } from "@/features/sidebar";
import { cx } from "@/lib/class-names";
import { ModelPicker } from "./ModelPicker";
import { Title } from "./Title";

const Parameters = lazy(() => import("./Parameters"));

interface ChatHeadProps {
  chat: Chat | null;
  settings: ChatSettings;
  onSettings: (change: Partial<ChatSettings>) => void;
  onRename?: (title: string) => void;
  children?: ReactNode;
}

/** The line above a chat: its title, who answers and how, and what can be done with it. */
export function ChatHead({ chat, settings, onSettings, onRename, children }: ChatHeadProps) {
  const { t } = useTranslation("chat");
  const folded = useFolded();
  const [panel, setPanel] = useState(false);
  const [renaming, setRenaming] = useState(false);
  const { model: _, ...rest } = settings;
  const changed = Object.values(rest).some((value) => value !== null && value !== "");
  return (
    <header className="flex min-h-14 shrink-0 items-center gap-1 px-2 sm:px-3">
      <IconButton label={t("open_sidebar")} onClick={openSidebar} className={cx(!folded && "md:hidden")}>
        <PanelLeft className="mirrored" />
      </IconButton>
      {chat && onRename ? (
        <Title title={chat.title} editing={renaming} setEditing={setRenaming} onRename={onRename} />
      ) : null}
      {/* A phone has no room for these beside a title that is being written. */}
      <div className={renaming ? "contents max-sm:hidden" : "contents"}>
        <ModelPicker
          value={settings.model}
          onChange={(model) => onSettings({ model })}
          align={chat ? "end" : "start"}
        />
        {chat ? null : <span className="flex-1" />}
        {children}
        <IconButton label={t("parameters")} onClick={() => setPanel(true)} className="relative">
          <SlidersHorizontal />
          {changed ? <span className="absolute end-1.5 top-1.5 size-1.5 rounded-full bg-accent" /> : null}
        </IconButton>
        {chat ? (
          <Menu
            trigger={
              <IconButton label={t("chat_menu")}>
                <Ellipsis />
              </IconButton>
            }
          >
            <ChatMenuItems chat={chat} onRename={() => setRenaming(true)} />
          </Menu>
        ) : null}
      </div>
      {panel ? (
        <Suspense>
          <Parameters settings={settings} onSave={onSettings} onClose={() => setPanel(false)} />
        </Suspense>
      ) : null}
    </header>
  );
}
