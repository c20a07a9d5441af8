import { type RefObject, useEffect, useState } from "react";

/** The part that stands where people read, a third of the way down what scrolls it; from 0. */
export function useShownPart(scroller: RefObject<HTMLElement | null>): number {
  const [part, setPart] = useState(0);
  useEffect(() => {
    const area = scroller.current;
    if (!area) return;
    let frame = 0;
    const look = () => {
      frame = 0;
      const { left, top, width, height } = area.getBoundingClientRect();
      const at = document.elementsFromPoint(left + width / 2, top + height / 3);
      const found = at.map((each) => each.closest("[data-part]")).find((each) => each && area.contains(each));
      if (found) setPart(Number(found.getAttribute("data-part")));
    };
    const onScroll = () => {
      if (!frame) frame = requestAnimationFrame(look);
    };
    area.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      area.removeEventListener("scroll", onScroll);
    };
  }, [scroller]);
  return part;
}
