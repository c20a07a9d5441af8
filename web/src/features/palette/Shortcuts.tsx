import { lazy, Suspense, useEffect } from "react";
import { allCommands, matches } from "@/lib/commands";
import { palette, shortcutsShown } from "./open";

const Palette = lazy(() => import("./Palette"));
const ShortcutsDialog = lazy(() => import("./ShortcutsDialog"));

/** Does what a command's keys stand for, wherever the focus is; and shows the palette and the list of keys. */
export function Shortcuts() {
  const shown = palette.use();
  const keys = shortcutsShown.use();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.isComposing || event.defaultPrevented) return;
      const command = allCommands().find((each) => each.keys && matches(each.keys, event));
      if (!command) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
  return (
    <Suspense>
      {shown ? <Palette key={shown} mode={shown} onClose={() => palette.set(null)} /> : null}
      {keys ? <ShortcutsDialog onClose={() => shortcutsShown.set(false)} /> : null}
    </Suspense>
  );
}
