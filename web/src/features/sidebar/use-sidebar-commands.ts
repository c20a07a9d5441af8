import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { closeSidebar, foldSidebar, openSidebar, useFolded } from "@/features/shell";
import { type Command, useCommands } from "@/lib/commands";
import { shownList } from "./chat-row/actions";

/** What can be done from every page that has the sidebar. */
export function useSidebarCommands(): void {
  const { t } = useTranslation("sidebar");
  const folded = useFolded();
  const commands = useMemo(
    (): Command[] => [
      {
        id: "archived",
        label: t("archived"),
        section: t("section_go"),
        run: () => {
          shownList.set("archived");
          openSidebar();
        },
      },
      {
        id: "sidebar",
        label: t("toggle_sidebar"),
        section: t("section_look"),
        keys: "mod+b",
        run: () => {
          if (folded) openSidebar();
          else foldSidebar(true);
          closeSidebar();
        },
      },
    ],
    [t, folded],
  );
  useCommands(commands);
}
