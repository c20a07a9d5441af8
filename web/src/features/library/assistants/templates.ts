/** A few assistants for everybody, in the person's language: made their own when they are used for the first time. */
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/lib/i18n";
import { type Assistant, useLibrary, useSaveItem } from "../queries";

const ICONS = { translator: "🌍", editor: "✍️", programmer: "💻", tutor: "🎓" } as const;

type Key = keyof typeof ICONS;

/** What only the model needs of them is loaded when one is used. */
const FILES = import.meta.glob<Record<Key, Pick<Assistant, "instructions" | "starters">>>(
  "./templates/*.json",
  {
    import: "default",
  },
);

export interface AssistantTemplate {
  key: Key;
  icon: string;
  name: string;
  text: string;
}

/** Those that the person does not have yet, and how one is made. */
export function useAssistantTemplates() {
  const { t } = useTranslation("library");
  const { data } = useLibrary("assistants");
  const save = useSaveItem("assistants");
  const mine = new Set(data?.map((each) => each.name));
  const all = (Object.keys(ICONS) as Key[]).map(
    (key): AssistantTemplate => ({
      key,
      icon: ICONS[key],
      name: t(`ready_${key}`),
      text: t(`ready_${key}_text`),
    }),
  );
  async function make({ key, icon, name, text }: AssistantTemplate): Promise<Assistant> {
    const about = (await FILES[`./templates/${currentLanguage()}.json`]?.())?.[key];
    return save.mutateAsync({ id: null, fields: { name, icon, description: text, ...about } });
  }
  return { templates: all.filter((each) => !mine.has(each.name)), make, busy: save.isPending };
}
