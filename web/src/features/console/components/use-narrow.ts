import { useSyncExternalStore } from "react";

const narrow = () => window.matchMedia("(max-width: 47.99rem)");

function subscribe(listener: () => void) {
  const query = narrow();
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

/** Whether the page is as narrow as a phone, where tables become cards. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow().matches);
}
