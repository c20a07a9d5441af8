import { type RefObject, useEffect, useRef } from "react";
import type { Target } from "./marks";

/**
 * Brings a part into sight, and then what is marked in it, once that is drawn.
 *
 * @param target null where this part is not meant
 * @param marked whether what is meant is drawn in it now
 */
export function useGoTo(
  part: RefObject<HTMLElement | null>,
  scroller: RefObject<HTMLElement | null>,
  target: Target | null,
  marked: boolean,
): void {
  const done = useRef({ part: -1, mark: -1 });
  useEffect(() => {
    const box = part.current;
    const area = scroller.current;
    if (!target || !box || !area) return;
    if (done.current.part !== target.key) {
      done.current.part = target.key;
      area.scrollTo({ top: area.scrollTop + topIn(area, box) - 12 });
    }
    if (!marked || done.current.mark === target.key) return;
    // A page gets its right size when it is drawn, in the same frame as its marks.
    const frame = requestAnimationFrame(() => {
      const mark = box.querySelector("[data-target]");
      if (!mark) return;
      done.current.mark = target.key;
      area.scrollTo({ top: area.scrollTop + topIn(area, mark) - area.clientHeight / 3 });
    });
    return () => cancelAnimationFrame(frame);
  });
}

function topIn(area: Element, inner: Element): number {
  return inner.getBoundingClientRect().top - area.getBoundingClientRect().top;
}
