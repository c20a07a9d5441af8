import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "@/components/overlays/toast";
import { type Chat, type ChatChange, useUpdateChat } from "@/features/chats";
import { errorText } from "@/lib/errors/texts";

/** Changes a chat, and says so when the server refuses. */
export function useChange() {
  const { mutate } = useUpdateChat();
  return useCallback(
    (id: string, change: ChatChange) =>
      mutate(
        { id, change },
        {
          onError: (error) => toast(errorText(error), { kind: "error" }),
        },
      ),
    [mutate],
  );
}

/** Puts a chat away or takes it back, with a way to undo it. */
export function useArchive() {
  const change = useChange();
  const { t } = useTranslation("sidebar");
  return useCallback(
    (chat: Chat) => {
      const archived = !chat.archived;
      change(chat.id, { archived });
      toast(archived ? t("archived_toast") : t("unarchived_toast"), {
        action: { label: t("undo"), run: () => change(chat.id, { archived: !archived }) },
      });
    },
    [change, t],
  );
}
