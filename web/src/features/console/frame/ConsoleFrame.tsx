import { Menu as MenuIcon } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { IconButton } from "@/components/button";
import { cx } from "@/lib/class-names";
import { Navigation } from "./Navigation";
import { enterProject, useProject } from "./project";

/** The console's navigation and, beside it, one screen. On a phone the navigation is a drawer. */
export function ConsoleFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation("console");
  const [path] = useLocation();
  const project = useProject();
  const [open, setOpen] = useState(false);
  const page = useRef<HTMLElement>(null);
  // Screens ask nothing before their requests act in the console's project.
  const [entered, setEntered] = useState(false);
  useEffect(() => {
    const leave = enterProject();
    setEntered(true);
    return leave;
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page begins at its top, with the drawer closed
  useEffect(() => {
    setOpen(false);
    page.current?.scrollTo(0, 0);
  }, [path]);
  useEffect(() => {
    if (!open) return;
    const onKeyDown = (event: KeyboardEvent) => event.key === "Escape" && setOpen(false);
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [open]);
  if (!entered) return null;
  return (
    <div className="flex h-dvh overflow-hidden">
      <a
        href="#page"
        className="sr-only z-50 rounded-lg bg-raised px-4 py-2 focus:not-sr-only focus:fixed focus:start-2 focus:top-2"
      >
        {t("skip")}
      </a>
      {open ? (
        <button
          type="button"
          aria-label={t("close_navigation")}
          onClick={() => setOpen(false)}
          className="fixed inset-0 z-30 bg-black/45 md:hidden"
        />
      ) : null}
      <aside
        aria-label={t("title")}
        className={cx(
          "w-60 shrink-0 border-e border-line bg-sunken max-md:fixed max-md:inset-y-0 max-md:start-0 max-md:z-40 max-md:w-[min(20rem,86vw)] max-md:shadow-raised",
          open ? "max-md:block" : "max-md:hidden",
        )}
      >
        <Navigation />
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex items-center gap-1 border-b border-line px-2 py-1 md:hidden">
          <IconButton label={t("open_navigation")} aria-expanded={open} onClick={() => setOpen(true)}>
            <MenuIcon />
          </IconButton>
          <span className="font-medium">{t("title")}</span>
        </header>
        <main
          id="page"
          ref={page}
          tabIndex={-1}
          key={project}
          className="min-h-0 flex-1 overflow-y-auto outline-none"
        >
          {children}
        </main>
      </div>
    </div>
  );
}
