import { type ReactNode, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { Loading } from "@/components/states";
import { cx } from "@/lib/class-names";
import { create } from "@/lib/store";

/** Whether the sidebar covers a narrow screen. A wide screen has it beside the page, unless it was folded. */
const drawer = create(false);
const folded = create(localStorage.getItem("earthshine.sidebar") === "folded");

/** Opens the sidebar: the drawer of a narrow screen, and the folded one of a wide screen. */
export function openSidebar(): void {
  drawer.set(true);
  foldSidebar(false);
}

export function closeSidebar(): void {
  drawer.set(false);
}

export function foldSidebar(fold: boolean): void {
  folded.set(fold);
  localStorage.setItem("earthshine.sidebar", fold ? "folded" : "open");
}

/** Whether the sidebar is folded away on a wide screen. */
export const useFolded = folded.use;

interface ShellProps {
  sidebar: ReactNode;
  /** What stands at the other side of the page, if there is something. */
  beside?: ReactNode;
  children: ReactNode;
}

/** The sidebar, and beside it the page. */
export function Shell({ sidebar, beside, children }: ShellProps) {
  const { t } = useTranslation("shell");
  const [path] = useLocation();
  const open = drawer.use();
  const away = folded.use();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes when the page changes
  useEffect(closeSidebar, [path]);
  useEffect(() => {
    if (!open) return;
    const onKeyDown = (event: KeyboardEvent) => event.key === "Escape" && closeSidebar();
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [open]);
  useEffect(() => {
    // What floats over the page is centred on what is beside the sidebar.
    document.documentElement.toggleAttribute("data-sidebar", !away);
    return () => document.documentElement.removeAttribute("data-sidebar");
  }, [away]);
  return (
    <div className="flex h-dvh overflow-hidden">
      <a
        href="#page"
        className="sr-only z-50 rounded-lg bg-raised px-4 py-2 focus:not-sr-only focus:fixed focus:start-2 focus:top-2"
      >
        {t("skip_to_page")}
      </a>
      {open ? (
        <button
          type="button"
          aria-label={t("close_sidebar")}
          onClick={closeSidebar}
          className="fixed inset-0 z-30 bg-black/45 md:hidden"
        />
      ) : null}
      <aside
        aria-label={t("sidebar")}
        className={cx(
          "w-[17rem] shrink-0 border-e border-line bg-sunken max-md:fixed max-md:inset-y-0 max-md:start-0 max-md:z-40 max-md:w-[min(20rem,86vw)] max-md:shadow-raised",
          open ? "max-md:block" : "max-md:hidden",
          away && "md:hidden",
        )}
      >
        {sidebar}
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <main id="page" tabIndex={-1} className="min-h-0 flex-1 overflow-hidden outline-none">
          {/* The sidebar stays while a page is loaded. */}
          <Suspense fallback={<Loading className="h-full" />}>{children}</Suspense>
        </main>
      </div>
      {beside}
    </div>
  );
}
