import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useSession } from "@/features/session";
import { type Command, useCommands } from "@/lib/commands";
import { openPalette, openShortcuts } from "./open";
import { CONSOLE_PAGES, SETTINGS_PAGES } from "./pages";

/** Offers the palette, the search, the list of keys, and the pages of the console and the settings. */
export function usePaletteCommands(): void {
  const { t } = useTranslation("palette");
  const [, go] = useLocation();
  const rights = useSession()?.permissions;
  const commands = useMemo((): Command[] => {
    const section = t("section");
    return [
      { id: "palette", label: t("open"), section, keys: "mod+k", run: () => openPalette("all") },
      { id: "search", label: t("search"), section, keys: "mod+shift+f", run: () => openPalette("search") },
      { id: "shortcuts", label: t("shortcuts"), section, keys: "mod+/", run: openShortcuts },
      ...CONSOLE_PAGES.filter((page) => !page.needs || rights?.includes(page.needs)).map((page) => ({
        id: `console-${page.id}`,
        label: t(`page_${page.id}`),
        section: t("section_console"),
        run: () => go(page.path),
      })),
      ...SETTINGS_PAGES.map((page) => ({
        id: `settings-${page.id}`,
        label: t(`page_${page.id}`),
        section: t("section_settings"),
        run: () => go(page.path),
      })),
    ];
  }, [t, go, rights]);
  useCommands(commands);
}
