import { type RefObject, useEffect, useState } from "react";

/** Whether an element is in sight of what scrolls it, or about to be. */
export function useNearView(
  element: RefObject<HTMLElement | null>,
  scroller: RefObject<HTMLElement | null>,
  margin = "60% 0px",
): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(
      (entries) => setNear(entries.some((each) => each.isIntersecting)),
      { root: scroller.current, rootMargin: margin },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, scroller, margin]);
  return near;
}
