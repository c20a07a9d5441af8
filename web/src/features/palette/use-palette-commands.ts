import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Command, useCommands } from "@/lib/commands";
import { openPalette, openShortcuts } from "./open";

/** Offers the palette, the search and the list of keys; for each page frame that people sign in to. */
export function usePaletteCommands(): void {
  const { t } = useTranslation("palette");
  const commands = useMemo((): Command[] => {
    const section = t("section");
    return [
      { id: "palette", label: t("open"), section, keys: "mod+k", run: () => openPalette("all") },
      { id: "search", label: t("search"), section, keys: "mod+shift+f", run: () => openPalette("search") },
      { id: "shortcuts", label: t("shortcuts"), section, keys: "mod+/", run: openShortcuts },
    ];
  }, [t]);
  useCommands(commands);
}
