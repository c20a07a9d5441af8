import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useAppearance } from "@/features/settings";
import { closeSidebar, foldSidebar, openSidebar, useFolded } from "@/features/shell";
import { type Command, useCommands } from "@/lib/commands";
import { LANGUAGES, type Language } from "@/lib/i18n/languages";
import { shownList } from "./chat-row/actions";
import { useSignOut } from "./use-sign-out";

/** What can be done from every page that has the sidebar. */
export function useSidebarCommands(): void {
  const { t } = useTranslation("sidebar");
  const [, go] = useLocation();
  const folded = useFolded();
  const { chooseTheme, chooseLanguage } = useAppearance();
  const signOut = useSignOut();
  const commands = useMemo((): Command[] => {
    const pages = t("section_go");
    const look = t("section_look");
    return [
      { id: "new-chat", label: t("new_chat"), section: pages, keys: "mod+shift+o", run: () => go("/") },
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
      {
        id: "archived",
        label: t("archived"),
        section: pages,
        run: () => {
          shownList.set("archived");
          openSidebar();
        },
      },
      {
        id: "sidebar",
        label: t("toggle_sidebar"),
        section: look,
        keys: "mod+b",
        run: () => {
          if (folded) openSidebar();
          else foldSidebar(true);
          closeSidebar();
        },
      },
      ...(["light", "dark", "system"] as const).map((theme) => ({
        id: `theme-${theme}`,
        label: t(`theme_${theme}`),
        section: look,
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
  }, [t, go, folded, chooseTheme, chooseLanguage, signOut]);
  useCommands(commands);
}
