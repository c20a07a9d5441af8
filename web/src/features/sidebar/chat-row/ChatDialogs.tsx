import { type FormEvent, Suspense, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { Confirm, Dialog } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { Failure, Loading } from "@/components/states";
import { type Chat, useDeleteChat } from "@/features/chats";
import { useLibrary } from "@/features/library";
import { ExportDialog, ShareDialog } from "@/features/share";
import { errorText } from "@/lib/errors/texts";
import type { ChatAction } from "./actions";
import { useChange } from "./use-change";

interface Props {
  chat: Chat;
  onClose: () => void;
}

/** The dialog that a chat's menu asked for; outside of the sidebar, which may be hidden. */
export default function ChatDialogs({ asked, onClose }: { asked: ChatAction; onClose: () => void }) {
  const parts = {
    delete: DeleteDialog,
    rename: RenameDialog,
    move: MoveDialog,
    share: ShareChat,
    export: ExportDialog,
  };
  const Part = parts[asked.kind];
  return createPortal(
    <Suspense>
      <Part chat={asked.chat} onClose={onClose} />
    </Suspense>,
    document.body,
  );
}

function ShareChat({ chat, onClose }: Props) {
  return <ShareDialog shared={{ kind: "chat", id: chat.id }} onClose={onClose} />;
}

function DeleteDialog({ chat, onClose }: Props) {
  const { t } = useTranslation("sidebar");
  const [path, go] = useLocation();
  const { mutate, isPending } = useDeleteChat();
  function remove() {
    mutate(chat.id, {
      onSuccess: () => {
        onClose();
        toast(t("deleted_toast"));
        if (path === `/c/${chat.id}`) go("/", { replace: true });
      },
      onError: (error) => toast(errorText(error), { kind: "error" }),
    });
  }
  return (
    <Confirm
      title={t("delete_title")}
      text={t("delete_text", { title: chat.title || t("untitled") })}
      action={t("delete")}
      busy={isPending}
      onConfirm={remove}
      onClose={onClose}
    />
  );
}

function RenameDialog({ chat, onClose }: Props) {
  const { t } = useTranslation("sidebar");
  const shell = useTranslation("shell").t;
  const change = useChange();
  const [title, setTitle] = useState(chat.title);
  function submit(event: FormEvent) {
    event.preventDefault();
    const written = title.trim();
    if (written && written !== chat.title) change(chat.id, { title: written });
    onClose();
  }
  return (
    <Dialog
      title={t("rename")}
      size="small"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shell("cancel")}</Button>
          <Button type="submit" form="rename-chat" look="primary" disabled={!title.trim()}>
            {shell("save")}
          </Button>
        </>
      }
    >
      <form id="rename-chat" onSubmit={submit}>
        <TextField
          label={t("title")}
          value={title}
          maxLength={200}
          autoFocus
          onFocus={(event) => event.target.select()}
          onChange={(event) => setTitle(event.target.value)}
        />
      </form>
    </Dialog>
  );
}

function MoveDialog({ chat, onClose }: Props) {
  const { t } = useTranslation("sidebar");
  const change = useChange();
  const { data: spaces, error, refetch } = useLibrary("spaces");
  function move(space: string | null) {
    if (space !== chat.space_id) change(chat.id, { space_id: space });
    onClose();
  }
  const choices = [{ id: null, name: t("no_space"), icon: "" }, ...(spaces ?? [])];
  return (
    <Dialog title={t("move_title")} size="small" onClose={onClose}>
      {error ? <Failure error={error} retry={() => void refetch()} /> : null}
      {!spaces && !error ? <Loading /> : null}
      <ul className="flex flex-col gap-1">
        {spaces
          ? choices.map((space) => (
              <li key={space.id}>
                <button
                  type="button"
                  aria-pressed={space.id === chat.space_id}
                  onClick={() => move(space.id)}
                  className="flex min-h-10 w-full items-center gap-2 rounded-lg px-3 text-start hover:bg-hover aria-pressed:bg-accent-soft coarse:min-h-11"
                >
                  <span aria-hidden>{space.icon}</span>
                  <span dir="auto">{space.name}</span>
                </button>
              </li>
            ))
          : null}
      </ul>
      {spaces?.length === 0 ? (
        <p className="mt-3 text-ink-soft">
          {t("no_spaces_yet")}{" "}
          <Link href="/library/spaces" onClick={onClose} className="text-accent underline">
            {t("make_space")}
          </Link>
        </p>
      ) : null}
    </Dialog>
  );
}
