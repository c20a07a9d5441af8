/** One task as it is now, for as long as it is looked at. */
import { useMemo, useSyncExternalStore } from "react";
import { type Followed, TaskFeed } from "./feed";
import { getItems, getSession, getTurns, openEvents } from "./requests";

const SOURCE = {
  open: openEvents,
  session: getSession,
  items: getItems,
  turns: getTurns,
  pause: (milliseconds: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(done, milliseconds);
      function done() {
        clearTimeout(timer);
        window.removeEventListener("online", done);
        signal.removeEventListener("abort", done);
        resolve();
      }
      window.addEventListener("online", done);
      signal.addEventListener("abort", done);
    }),
};

/** Nothing is drawn in a hidden tab, and its title still changes. */
function frame(callback: () => void): void {
  if (document.hidden) setTimeout(callback, 250);
  else requestAnimationFrame(callback);
}

export function useTask(id: string): Followed {
  const feed = useMemo(() => new TaskFeed(id, SOURCE, frame), [id]);
  return useSyncExternalStore(feed.subscribe, feed.get);
}
