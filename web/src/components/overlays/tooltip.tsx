import { Tooltip as Radix } from "radix-ui";
import { useEffect, useState } from "react";
import { useTopModal } from "./modal";

const WAIT_MS = 500;
/** How long the pointer may be on its way from a thing to its tooltip. */
const LEAVE_MS = 100;

/** Gives an element a tooltip: what it is called, and the keys that do the same. */
export const tooltip = (text: string, keys?: string) => ({ "data-tooltip": text, "data-tooltip-keys": keys });

/**
 * Shows what the thing under the pointer or the focus is called.
 *
 * One for the whole page: one in each of a thousand buttons would have all of them rendered twice.
 */
export function Tooltips() {
  const [shown, show] = useState<HTMLElement | null>(null);
  const modal = useTopModal();
  useEffect(() => watch(show), []);
  if (!shown) return null;
  const { left, top, width, height } = shown.getBoundingClientRect();
  return (
    <Radix.Provider>
      <Radix.Root open>
        <Radix.Trigger asChild>
          <span
            aria-hidden
            className="pointer-events-none fixed"
            // Where the thing is: a tooltip is placed beside its trigger, and this stands in for that.
            style={{ left, top, width, height }}
          />
        </Radix.Trigger>
        <Radix.Portal container={modal}>
          <Radix.Content
            sideOffset={6}
            collisionPadding={8}
            data-tooltip-shown
            className="z-50 flex max-w-72 items-center gap-2 rounded-md bg-ink px-2 py-1 text-xs text-ground shadow-raised"
          >
            {shown.dataset.tooltip}
            {shown.dataset.tooltipKeys ? <kbd className="opacity-80">{shown.dataset.tooltipKeys}</kbd> : null}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}

/** Calls `show` with the element whose tooltip is wanted, or null; returns how to end that. */
function watch(show: (element: HTMLElement | null) => void): () => void {
  let shown: HTMLElement | null = null;
  let name: string | undefined;
  let wanted: HTMLElement | null = null;
  /** What was pressed needs no words while the pointer stays on it. */
  let pressed: HTMLElement | null = null;
  let at = { x: -1, y: -1 };
  let timer = 0;
  const ending = new AbortController();

  /** What is shown may go, or be called something else, while nothing moves. */
  const changed = new MutationObserver(() => {
    if (!shown?.isConnected || shown.dataset.tooltip !== name) hide();
  });

  function set(element: HTMLElement | null) {
    shown = element;
    name = element?.dataset.tooltip;
    changed.disconnect();
    if (element)
      changed.observe(document, { subtree: true, childList: true, attributeFilter: ["data-tooltip"] });
    show(element);
  }
  function want(element: HTMLElement | null, afterMs: number) {
    if (element === wanted) return;
    wanted = element;
    clearTimeout(timer);
    if (element && element !== shown) set(null);
    timer = window.setTimeout(() => set(element?.isConnected ? element : null), afterMs);
  }
  const hide = () => want(null, 0);
  const on = <Name extends keyof DocumentEventMap>(
    name: Name,
    listener: (event: DocumentEventMap[Name]) => void,
  ) => document.addEventListener(name, listener, { capture: true, passive: true, signal: ending.signal });

  on("pointerover", ({ target, pointerType, clientX, clientY }) => {
    if (pointerType === "touch" || !(target instanceof Element)) return;
    // Whoever reads it may point at it.
    const over = target.closest("[data-tooltip-shown]") ? shown : named(target);
    // What comes under a pointer that rests, as Stop does in the place of Send, was not asked for its name.
    if (clientX === at.x && clientY === at.y) pressed = over;
    at = { x: clientX, y: clientY };
    if (over && over === pressed) return;
    pressed = null;
    want(over, over ? (shown ? 0 : WAIT_MS) : LEAVE_MS);
  });
  on("focusin", ({ target }) => {
    if (target instanceof Element && target.matches(":focus-visible")) want(named(target), 0);
  });
  on("pointermove", ({ clientX, clientY }) => {
    at = { x: clientX, y: clientY };
  });
  on("pointerdown", ({ target }) => {
    pressed = target instanceof Element ? named(target) : null;
    hide();
  });
  on("focusout", hide);
  on("keydown", hide);
  on("scroll", hide);
  document.documentElement.addEventListener("pointerleave", hide, { signal: ending.signal });
  return () => {
    ending.abort();
    changed.disconnect();
    clearTimeout(timer);
  };
}

const named = (element: Element) => element.closest<HTMLElement>("[data-tooltip]");
