import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useAppearance } from "@/features/settings";
import { type Command, useCommands } from "@/lib/commands";
import { LANGUAGES, type Language } from "@/lib/i18n/languages";
import { useSignOut } from "./use-sign-out";

/** What can be done from every page of somebody who is signed in. */
export function useAppCommands(): void {
  const { t } = useTranslation("sidebar");
  const [, go] = useLocation();
  const { chooseTheme, chooseLanguage } = useAppearance();
  const signOut = useSignOut();
  const commands = useMemo((): Command[] => {
    const pages = t("section_go");
    return [
      { id: "new-chat", label: t("new_chat"), section: pages, keys: "mod+shift+o", run: () => go("/") },
      { id: "tasks", label: t("tasks"), section: pages, run: () => go("/tasks") },
      { id: "new-task", label: t("new_task"), section: pages, run: () => go("/tasks/new") },
      { id: "research", label: t("research"), section: pages, run: () => go("/research") },
      { id: "new-research", label: t("new_research"), section: pages, run: () => go("/?research") },
      { id: "library", label: t("library"), section: pages, run: () => go("/library/assistants") },
      { id: "prompts", label: t("prompts"), section: pages, run: () => go("/library/prompts") },
      { id: "spaces", label: t("spaces"), section: pages, run: () => go("/library/spaces") },
      { id: "memories", label: t("memories"), section: pages, run: () => go("/library/memories") },
      {
        id: "settings",
        label: t("settings"),
        section: pages,
        keys: "mod+,",
        run: () => go("/settings/general"),
      },
      ...(["light", "dark", "system"] as const).map((theme) => ({
        id: `theme-${theme}`,
        label: t(`theme_${theme}`),
        section: t("section_look"),
        words: t("theme"),
        run: () => chooseTheme(theme),
      })),
      ...(Object.keys(LANGUAGES) as Language[]).map((language) => ({
        id: `language-${language}`,
        label: LANGUAGES[language].name,
        section: t("language"),
        words: `${t("language")} language`,
        run: () => chooseLanguage(language),
      })),
      { id: "sign-out", label: t("sign_out"), section: pages, run: () => void signOut() },
    ];
  }, [t, go, chooseTheme, chooseLanguage, signOut]);
  useCommands(commands);
}
