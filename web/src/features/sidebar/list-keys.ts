import type { KeyboardEvent } from "react";

/** Marks what the arrow keys walk through. */
export const STOP = { "data-stop": "" } as const;

/** Moves the focus up and down between the lines of the sidebar, and to the first and the last. */
export function walk(event: KeyboardEvent<HTMLElement>): void {
  const keys = ["ArrowDown", "ArrowUp", "Home", "End"];
  if (!keys.includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
  const target = event.target as HTMLElement;
  if (target instanceof HTMLInputElement || target.closest('[role="menu"]')) return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-stop]")];
  const here = stops.findIndex((stop) => stop === target || stop.parentElement?.contains(target));
  const to =
    event.key === "Home"
      ? 0
      : event.key === "End"
        ? stops.length - 1
        : Math.min(stops.length - 1, Math.max(0, here + (event.key === "ArrowDown" ? 1 : -1)));
  event.preventDefault();
  stops[to]?.focus();
}
