import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { Confirm, Dialog } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { queryClient } from "@/lib/query-client";
import { archiveEveryChat, deleteEveryChat } from "./all-chats";

/** Puts all chats away, or deletes them; the second asks for a typed word. */
export function AllChats() {
  const { t } = useTranslation("settings");
  const shell = useTranslation("shell").t;
  const [asking, setAsking] = useState<"archive" | "delete" | null>(null);
  const [typed, setTyped] = useState("");
  const [progress, setProgress] = useState<{ done: number; all: number } | null>(null);
  const stop = useRef<AbortController | null>(null);
  const word = t("delete_word");

  function close() {
    stop.current?.abort();
    setAsking(null);
    setTyped("");
  }

  async function run(work: typeof archiveEveryChat, said: string) {
    const control = new AbortController();
    stop.current = control;
    setProgress({ done: 0, all: 0 });
    try {
      await work((done, all) => setProgress({ done, all }), control.signal);
      toast(said);
      setAsking(null);
      setTyped("");
    } catch (thrown) {
      if (!control.signal.aborted) toast(errorText(thrown), { kind: "error" });
    } finally {
      setProgress(null);
      for (const key of [["chats"], ["chat"], ["turns"]])
        void queryClient.invalidateQueries({ queryKey: key });
    }
  }

  const busy = progress !== null;
  const progressText = progress ? t("progress", { done: progress.done, all: progress.all }) : "";
  return (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => setAsking("archive")}>{t("archive_all")}</Button>
      <Button look="danger" onClick={() => setAsking("delete")}>
        {t("delete_all")}
      </Button>
      {asking === "archive" ? (
        <Confirm
          title={t("archive_all_title")}
          text={busy ? progressText : t("archive_all_text")}
          action={t("archive_all")}
          danger={false}
          busy={busy}
          onConfirm={() => void run(archiveEveryChat, t("archived_all"))}
          onClose={close}
        />
      ) : null}
      {asking === "delete" ? (
        <Dialog
          title={t("delete_all_title")}
          size="small"
          onClose={close}
          actions={
            <>
              <Button onClick={close}>{shell("cancel")}</Button>
              <Button
                look="danger"
                busy={busy}
                disabled={typed.trim().toLowerCase() !== word.toLowerCase()}
                onClick={() => void run(deleteEveryChat, t("deleted_all"))}
              >
                {t("delete_all")}
              </Button>
            </>
          }
        >
          <div className="flex flex-col gap-4">
            <p>{t("delete_all_text")}</p>
            <TextField
              label={t("delete_all_type", { word })}
              autoComplete="off"
              autoFocus
              value={typed}
              disabled={busy}
              onChange={(event) => setTyped(event.target.value)}
            />
            <p role="status">{progressText}</p>
          </div>
        </Dialog>
      ) : null}
    </div>
  );
}
