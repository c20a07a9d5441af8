import { PanelLeftOpen } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { cx } from "@/lib/class-names";
import { openSidebar, useFolded } from "./Shell";

/** A page beside the sidebar that is not a chat: its title, what can be done with it, and its content. */
export function Page({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation("shell");
  const folded = useFolded();
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto flex w-full max-w-3xl flex-col gap-6 px-4 pt-3 pb-24 sm:px-8 sm:pt-8">
        <header className="flex min-h-11 items-center gap-2">
          <IconButton
            label={t("open_sidebar")}
            onClick={openSidebar}
            className={cx("-ms-2", !folded && "md:hidden")}
          >
            <PanelLeftOpen className="mirrored" />
          </IconButton>
          <h1 className="min-w-0 flex-1 text-xl font-semibold">{title}</h1>
          {actions}
        </header>
        {children}
      </div>
    </div>
  );
}
