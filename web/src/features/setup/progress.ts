/** How far the first run is; kept in this tab, so that a reload goes on and nothing is asked twice. */
import { create } from "@/lib/store";

export const STEPS = ["language", "key", "person", "model"] as const;
export type Step = (typeof STEPS)[number];

export interface Progress {
  step: Step;
  key: string;
  name: string;
  email: string;
  /** An invitation that was made for this address and not accepted yet, for example because of a short password. */
  invitation: { email: string; token: string } | null;
}

const KEPT = "earthshine.setup";
const BEGINNING: Progress = { step: "language", key: "", name: "", email: "", invitation: null };

/** What was kept, and the key of the address's fragment, in which no server and no log sees it. */
export function beginning(kept: string | null, fragment: string): Progress {
  let progress = BEGINNING;
  try {
    const read = JSON.parse(kept ?? "{}") as Partial<Progress>;
    progress = { ...BEGINNING, ...read };
    if (!STEPS.includes(progress.step)) progress = BEGINNING;
  } catch {
    progress = BEGINNING;
  }
  const key = decodeURIComponent(fragment.replace(/^#/, "")).trim();
  return key ? { ...progress, key } : progress;
}

export const progress = create<Progress>(beginning(sessionStorage.getItem(KEPT), window.location.hash));
if (window.location.hash) window.history.replaceState(null, "", window.location.pathname);
progress.subscribe(() => sessionStorage.setItem(KEPT, JSON.stringify(progress.get())));

export function proceed(change: Partial<Progress>): void {
  progress.set((before) => ({ ...before, ...change }));
}

/** Forgets all of it, the key first of all. */
export function finish(): void {
  progress.set(BEGINNING);
  sessionStorage.removeItem(KEPT);
}
