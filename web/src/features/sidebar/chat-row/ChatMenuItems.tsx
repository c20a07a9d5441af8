import {
  Archive,
  ArchiveRestore,
  Download,
  FolderInput,
  Pencil,
  Pin,
  PinOff,
  Share2,
  Trash2,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { afterMenu, MenuItem, MenuLine } from "@/components/overlays/menu";
import type { Chat } from "@/features/chats";
import { type ChatAction, chatAction } from "./actions";
import { useArchive, useChange } from "./use-change";

/** What can be done with a chat: the same items in the sidebar and at the head of the chat. */
export function ChatMenuItems({ chat, onRename }: { chat: Chat; onRename?: () => void }) {
  const { t } = useTranslation("sidebar");
  const change = useChange();
  const archive = useArchive();
  const ask = (kind: ChatAction["kind"]) => () => afterMenu(() => chatAction.set({ kind, chat }));
  return (
    <>
      <MenuItem onSelect={onRename ? () => afterMenu(onRename) : ask("rename")}>
        <Pencil aria-hidden />
        {t("rename")}
      </MenuItem>
      <MenuItem onSelect={() => change(chat.id, { pinned: !chat.pinned })}>
        {chat.pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
        {chat.pinned ? t("unpin") : t("pin")}
      </MenuItem>
      <MenuItem onSelect={ask("move")}>
        <FolderInput aria-hidden className="mirrored" />
        {t("move")}
      </MenuItem>
      <MenuLine />
      <MenuItem onSelect={ask("share")}>
        <Share2 aria-hidden className="mirrored" />
        {t("share")}
      </MenuItem>
      <MenuItem onSelect={ask("export")}>
        <Download aria-hidden />
        {t("export")}
      </MenuItem>
      <MenuLine />
      <MenuItem onSelect={() => archive(chat)}>
        {chat.archived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
        {chat.archived ? t("unarchive") : t("archive")}
      </MenuItem>
      <MenuItem danger onSelect={ask("delete")}>
        <Trash2 aria-hidden />
        {t("delete")}
      </MenuItem>
    </>
  );
}
