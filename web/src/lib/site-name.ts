import { create } from "./store";

/** What the installation is called: the page carries it, and it changes when somebody chooses another in the console. */
export const siteName = create(document.documentElement.dataset.name || "Earthshine");

/** Names the window after what it shows. */
export function titled(title?: string | null): string {
  return title ? `${title} · ${siteName.get()}` : siteName.get();
}
