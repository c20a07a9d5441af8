import { Ellipsis, PanelLeft, SlidersHorizontal } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { afterMenu, Menu, MenuItem, MenuLine } from "@/components/overlays/menu";
import type { Chat, ChatSettings } from "@/features/chats";
import type { Assistant } from "@/features/library";
import { openSidebar, useFolded } from "@/features/shell";
import { ChatMenuItems } from "@/features/sidebar";
import { cx } from "@/lib/class-names";
import type { Reply } from "@/lib/stream";
import { useWide } from "@/lib/use-wide";
import { ModelPicker } from "./models/ModelPicker";
import { Title } from "./Title";

const Parameters = lazy(() => import("./parameters/Parameters"));

interface ChatHeadProps {
  chat: Chat | null;
  settings: ChatSettings;
  onSettings: (change: Partial<ChatSettings>) => void;
  onRename?: (title: string) => void;
  /** How many models answer the next question. */
  compared?: number;
  onAssistant?: (assistant: Assistant) => void;
  /** The newest reply, which tells what it was made with. */
  newest?: Reply | null;
  /** The chat's settings are on their way: a form that opened now would keep its empty fields as the chat's. */
  loading?: boolean;
}

/** The line above a chat: its title, who answers, how, and what can be done with it. */
export function ChatHead({
  chat,
  settings,
  onSettings,
  onRename,
  compared = 0,
  onAssistant,
  newest = null,
  loading = false,
}: ChatHeadProps) {
  const { t } = useTranslation("chat");
  const folded = useFolded();
  const wide = useWide(40);
  const [panel, setPanel] = useState(false);
  const [renaming, setRenaming] = useState(false);
  // What is searched, and which tools are on, stands at the message box.
  const { model: _, vector_store_ids: __, tools: ___, ...rest } = settings;
  const changed = Object.values(rest).some((value) => value !== null && value !== "");
  // A phone has no room for all of this: the model stands under the title, the parameters in the menu.
  const inMenu = !wide && chat !== null;
  const others = wide || !renaming;
  return (
    <header className="flex min-h-14 shrink-0 items-center gap-1 px-2 sm:px-3">
      <IconButton label={t("open_sidebar")} onClick={openSidebar} className={cx(!folded && "md:hidden")}>
        <PanelLeft className="mirrored" />
      </IconButton>
      <div className="flex min-w-0 flex-1 max-sm:flex-col sm:items-center sm:gap-1">
        {chat && onRename ? (
          <Title title={chat.title} editing={renaming} setEditing={setRenaming} onRename={onRename} />
        ) : null}
        {others ? (
          <ModelPicker
            value={settings.model}
            compared={compared}
            small={inMenu}
            onChange={(model) => onSettings({ model })}
            onAssistant={onAssistant}
          />
        ) : null}
      </div>
      {inMenu ? null : (
        <IconButton
          label={t("parameters")}
          onClick={() => setPanel(!panel)}
          aria-expanded={panel}
          disabled={loading}
          className="relative"
        >
          <SlidersHorizontal />
          {changed ? <span className="absolute end-1.5 top-1.5 size-1.5 rounded-full bg-accent" /> : null}
        </IconButton>
      )}
      {chat && others ? (
        <Menu
          trigger={
            <IconButton label={t("chat_menu")}>
              <Ellipsis />
            </IconButton>
          }
        >
          <ChatMenuItems chat={chat} onRename={() => setRenaming(true)} />
          {inMenu ? (
            <>
              <MenuLine />
              <MenuItem onSelect={() => afterMenu(() => setPanel(true))}>
                <SlidersHorizontal aria-hidden />
                {t("parameters")}
              </MenuItem>
            </>
          ) : null}
        </Menu>
      ) : null}
      {panel ? (
        <Suspense>
          <Parameters
            settings={settings}
            inForce={newest ?? {}}
            onSave={onSettings}
            onClose={() => setPanel(false)}
          />
        </Suspense>
      ) : null}
    </header>
  );
}
