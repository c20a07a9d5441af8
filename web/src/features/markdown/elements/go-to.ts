/** Moves the focus to another place of the same text. No ids are used: those of two texts would collide. */
export function goTo(from: Element, selector: string): void {
  const target = from.closest("[data-markdown]")?.querySelector<HTMLElement>(selector);
  target?.scrollIntoView({ block: "nearest" });
  target?.focus({ preventScroll: true });
}
