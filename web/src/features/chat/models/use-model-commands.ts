/** Lets the palette switch the model of the chat on the page: by a list of them, or at once by a model's name. */
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { chatModels, useModels } from "@/features/chats";
import { type Command, useCommands } from "@/lib/commands";

export function useModelCommands(chosen: string, choose: (model: string) => void, list: () => void): void {
  const { t } = useTranslation("chat");
  const { data: models } = useModels();
  const now = useRef({ choose, list });
  now.current = { choose, list };
  const commands = useMemo((): Command[] => {
    const section = t("section");
    const able = (models ?? []).filter((each) => each.id === "default" || chatModels([each]).length > 0);
    return [
      { id: "chat.model", label: t("switch_model"), section, run: () => now.current.list() },
      ...able
        .filter((each) => each.id !== chosen)
        .map((each) => ({
          id: `chat.model.${each.id}`,
          label: each.id === "default" ? t("model_default") : each.id,
          section: t("switch_model"),
          sought: true,
          run: () => now.current.choose(each.id),
        })),
    ];
  }, [models, chosen, t]);
  useCommands(commands);
}
