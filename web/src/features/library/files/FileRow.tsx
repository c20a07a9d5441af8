import { Download, Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { IconButton } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { afterMenu, Menu, MenuItem } from "@/components/overlays/menu";
import { toast } from "@/components/overlays/toast";
import { FileIcon, ReadingState, type StoredFile } from "@/features/files";
import { openReading } from "@/features/reading";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { send } from "@/lib/request";
import { saveFile } from "@/lib/save-file";
import { deleteSoon } from "./deletions";
import { RenameDialog } from "./RenameDialog";

/** One file: it opens in the reading pane. */
export function FileRow({ file }: { file: StoredFile }) {
  const { t } = useTranslation("library");
  const format = useFormat();
  const [asked, ask] = useState<"rename" | "delete" | null>(null);
  const name = file.filename;
  const close = () => ask(null);
  async function download() {
    try {
      saveFile(await (await send("GET", `/v1/files/${file.id}/content`)).blob(), name);
    } catch (thrown) {
      toast(errorText(thrown), { kind: "error" });
    }
  }
  return (
    <li className="group flex items-center gap-3 py-1.5">
      <FileIcon name={name} className="size-5" />
      <div className="min-w-0 flex-1">
        <button
          type="button"
          onClick={() => openReading({ fileId: file.id, filename: name })}
          className="block max-w-full truncate text-start font-medium hover:underline coarse:min-h-9"
        >
          <bdi>
            <BidiLine text={name} />
          </bdi>
        </button>
        <p className="flex flex-wrap gap-x-2 text-sm text-ink-faint">
          <span>{format.bytes(file.bytes)}</span>
          <span>{format.date(file.created_at * 1000)}</span>
          {file.expires_at ? (
            <span>{t("file_until", { date: format.date(file.expires_at * 1000) })}</span>
          ) : null}
          <ReadingState fileId={file.id} />
        </p>
      </div>
      <Menu
        trigger={
          <IconButton label={t("file_menu", { name })}>
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => afterMenu(() => ask("rename"))}>
          <Pencil aria-hidden />
          {t("file_rename")}
        </MenuItem>
        <MenuItem onSelect={() => void download()}>
          <Download aria-hidden />
          {t("file_download")}
        </MenuItem>
        <MenuItem danger onSelect={() => afterMenu(() => ask("delete"))}>
          <Trash2 aria-hidden />
          {t("delete_action")}
        </MenuItem>
      </Menu>
      {asked === "rename" ? <RenameDialog file={file} onClose={close} /> : null}
      {asked === "delete" ? (
        <Confirm
          title={t("delete_title", { name })}
          text={t("file_delete_text")}
          action={t("delete_action")}
          onConfirm={() => {
            close();
            deleteSoon(file, { deleted: t("deleted", { name }), undo: t("undo") });
          }}
          onClose={close}
        />
      ) : null}
    </li>
  );
}
