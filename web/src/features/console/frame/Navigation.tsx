import { ArrowLeft } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { cx } from "@/lib/class-names";
import { useAccess } from "../access";
import { ProjectSwitcher } from "./ProjectSwitcher";
import { offeredScreens } from "./screens";

const ITEM =
  "flex min-h-9 items-center gap-2.5 rounded-lg px-2.5 text-ink-soft transition-colors hover:bg-hover hover:text-ink coarse:min-h-11 aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-ink";

/** Whether a screen is the one that is shown, a page below it included. */
export function isHere(screen: string, path: string): boolean {
  if (screen === "/console") return path === "/console" || path === "/console/";
  const root = screen.split("/").slice(0, 3).join("/");
  return path === root || path.startsWith(`${root}/`);
}

export function Navigation() {
  const { t } = useTranslation("console");
  const [path] = useLocation();
  const { can } = useAccess();
  return (
    <div className="flex h-full flex-col gap-4 overflow-y-auto p-3">
      <Link href="/" className={cx(ITEM, "text-sm")}>
        <ArrowLeft className="mirrored size-4" aria-hidden />
        {t("back_to_chat")}
      </Link>
      <ProjectSwitcher />
      <nav aria-label={t("navigation")} className="flex flex-col gap-5">
        {offeredScreens(can).map((group) => (
          <div key={group.id}>
            <p id={`group-${group.id}`} className="px-2.5 pb-1 text-xs font-medium text-ink-faint">
              {t(`group_${group.id}`)}
            </p>
            <ul aria-labelledby={`group-${group.id}`} className="flex flex-col gap-0.5">
              {group.screens.map((screen) => (
                <li key={screen.id}>
                  <Link
                    href={screen.path}
                    aria-current={isHere(screen.path, path) ? "page" : undefined}
                    className={ITEM}
                  >
                    <screen.icon className="size-[1.125rem] shrink-0" aria-hidden />
                    {t(`nav_${screen.id}`)}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
    </div>
  );
}
