import { create } from "@/lib/store";

/** The palette with everything, or as a search through chats; null while it is closed. */
export const palette = create<"all" | "search" | null>(null);

/** Whether the list of keyboard shortcuts is shown. */
export const shortcutsShown = create(false);

export function openPalette(what: "all" | "search" = "all"): void {
  palette.set(what);
}

export function openShortcuts(): void {
  shortcutsShown.set(true);
}
