import { type RefObject, useEffect, useRef, useState } from "react";
import { rowAt } from "./rows";

/** Rows drawn beyond the edges, and by how many rows the window moves at once. */
const MARGIN = 12;
const STEP = 8;

/** Which rows of a long list are near the scroller's view: from and to. */
export function useWindow(
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<HTMLElement | null>,
  offsets: readonly number[],
): [number, number] {
  const [range, setRange] = useState<[number, number]>([0, 40]);
  const known = useRef(offsets);
  useEffect(() => {
    known.current = offsets;
    const outer = scroller.current;
    const inner = list.current;
    if (!outer || !inner) return;
    let frame = 0;
    const measure = () => {
      frame = 0;
      const above = outer.getBoundingClientRect().top - inner.getBoundingClientRect().top;
      const first = rowAt(known.current, above) - MARGIN;
      const last = rowAt(known.current, above + outer.clientHeight) + MARGIN;
      const from = Math.max(0, Math.floor(first / STEP) * STEP);
      const to = Math.ceil((last + 1) / STEP) * STEP;
      setRange((before) => (before[0] === from && before[1] === to ? before : [from, to]));
    };
    const later = () => {
      if (!frame) frame = requestAnimationFrame(measure);
    };
    outer.addEventListener("scroll", later, { passive: true });
    // Told of the first size too, once all is laid out: to ask before would have it laid out twice.
    const sizes = new ResizeObserver(measure);
    sizes.observe(outer);
    return () => {
      cancelAnimationFrame(frame);
      outer.removeEventListener("scroll", later);
      sizes.disconnect();
    };
  }, [scroller, list, offsets]);
  return range;
}
