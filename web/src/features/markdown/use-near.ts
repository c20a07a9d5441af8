/** Whether an element is in sight or close to it; once it was, it stays so. */
import { type RefObject, startTransition, useEffect, useRef, useState } from "react";

/** How far from what is seen counts as near. */
const MARGIN = "1000px";

/** Put `ref` on the element; `always` says so without looking. */
export function useNear(always: boolean): { ref: RefObject<HTMLDivElement | null>; near: boolean } {
  const ref = useRef<HTMLDivElement>(null);
  const [met, setMet] = useState(always);
  useEffect(() => {
    const element = ref.current;
    if (met || always || !element) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        // In slices, so that typing and scrolling go on meanwhile.
        startTransition(() => setMet(true));
      },
      { rootMargin: MARGIN, scrollMargin: MARGIN } as IntersectionObserverInit,
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [met, always]);
  return { ref, near: met || always };
}
