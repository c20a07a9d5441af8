/** Keeps a growing thread where its reader wants it: at its end, or where it is being read. */
import { useCallback, useLayoutEffect, useRef, useState } from "react";

/** So near to the end counts as being there. */
const NEAR = 48;

interface Held {
  stuck: boolean;
  top: number;
  /** What is being read, and where it stood. */
  anchor: { element: Element; top: number } | null;
}

/** Give `area` to what scrolls, and `content` to its only child, whose children are the turns. */
export function useScroll(resetKey: string) {
  const area = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const held = useRef<Held>({ stuck: true, top: 0, anchor: null });
  const [away, setAway] = useState(false);

  const toEnd = useCallback((smooth = false) => {
    const scrolled = area.current;
    if (!scrolled) return;
    held.current.stuck = true;
    setAway(false);
    scrolled.scrollTo({ top: scrolled.scrollHeight, behavior: smooth ? "smooth" : "instant" });
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another thread begins at its end
  useLayoutEffect(() => {
    const scrolled = area.current;
    const inner = content.current;
    if (!scrolled || !inner) return;
    held.current = { stuck: true, top: 0, anchor: null };
    scrolled.scrollTop = scrolled.scrollHeight;
    let frame = 0;
    const remember = () => {
      frame = 0;
      held.current.anchor = anchorIn(scrolled, inner);
    };
    const onScroll = () => {
      const rest = scrolled.scrollHeight - scrolled.scrollTop - scrolled.clientHeight;
      if (rest <= NEAR) held.current.stuck = true;
      else if (scrolled.scrollTop < held.current.top - 1) held.current.stuck = false;
      held.current.top = scrolled.scrollTop;
      setAway(!held.current.stuck);
      frame ||= requestAnimationFrame(remember);
    };
    const settle = () => {
      const { stuck, anchor } = held.current;
      if (stuck) scrolled.scrollTop = scrolled.scrollHeight;
      else if (anchor?.element.isConnected) {
        const moved = anchor.element.getBoundingClientRect().top - anchor.top;
        if (Math.abs(moved) >= 1) scrolled.scrollTop += moved;
      }
      held.current.top = scrolled.scrollTop;
      // What grew shorter may have nothing below the edge any more.
      if (scrolled.scrollHeight - scrolled.clientHeight - scrolled.scrollTop <= NEAR) {
        held.current.stuck = true;
        setAway(false);
      }
    };
    const resized = new ResizeObserver(settle);
    resized.observe(inner);
    resized.observe(scrolled);
    scrolled.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      resized.disconnect();
      cancelAnimationFrame(frame);
      scrolled.removeEventListener("scroll", onScroll);
    };
  }, [resetKey]);

  return { area, content, away, toEnd };
}

/** The first turn that is seen at the top, found by halving, as there may be hundreds. */
function anchorIn(area: Element, content: Element): Held["anchor"] {
  const edge = area.getBoundingClientRect().top;
  const turns = content.children;
  let low = 0;
  let high = turns.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((turns[middle]?.getBoundingClientRect().bottom ?? 0) > edge) high = middle;
    else low = middle + 1;
  }
  const element = turns[low];
  return element ? { element, top: element.getBoundingClientRect().top } : null;
}
