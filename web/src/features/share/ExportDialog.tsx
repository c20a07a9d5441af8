import { Braces, FileText, Printer } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/overlays/dialog";
import { Failure } from "@/components/states";
import type { Chat } from "@/features/chats";
import { at } from "@/lib/base";
import { download } from "./download";

/** Saves a chat as a file, or shows it as it would be printed. */
export default function ExportDialog({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const { t } = useTranslation("share");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function save(format: "markdown" | "json") {
    setBusy(true);
    setError(null);
    try {
      await download(
        `/earthshine/v1/chats/${chat.id}/export`,
        `${chat.id}.${format === "json" ? "json" : "md"}`,
        {
          format,
        },
      );
      onClose();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  }

  function print() {
    window.open(at(`/c/${chat.id}?print`), "_blank", "noopener");
    onClose();
  }

  const choices = [
    {
      name: t("export_markdown"),
      hint: t("export_markdown_hint"),
      Icon: FileText,
      run: () => void save("markdown"),
    },
    { name: t("export_json"), hint: t("export_json_hint"), Icon: Braces, run: () => void save("json") },
    { name: t("export_pdf"), hint: t("export_pdf_hint"), Icon: Printer, run: print },
  ];
  return (
    <Dialog title={t("export_title")} size="small" onClose={onClose}>
      {error ? <Failure error={error} className="mb-3" /> : null}
      <ul className="-mx-2 flex flex-col gap-1">
        {choices.map(({ name, hint, Icon, run }) => (
          <li key={name}>
            <button
              type="button"
              disabled={busy}
              onClick={run}
              className="flex w-full items-center gap-4 rounded-xl px-3 py-3 text-start hover:bg-hover"
            >
              <Icon className="size-5 shrink-0 text-ink-faint" aria-hidden />
              <span>
                <span className="block font-medium">{name}</span>
                <span className="block text-sm text-ink-soft">{hint}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
