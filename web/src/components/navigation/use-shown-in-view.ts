import { type RefObject, useEffect } from "react";

/** Scrolls a row of tabs sideways until the shown one is in view; the page around it stays where it is. */
export function useShownInView(row: RefObject<HTMLElement | null>, shown: string | undefined): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: again whenever another one is shown
  useEffect(() => {
    const tab = row.current?.querySelector('[aria-current="page"], [aria-selected="true"]');
    if (!row.current || !tab) return;
    const seen = row.current.getBoundingClientRect();
    const { left, right } = tab.getBoundingClientRect();
    if (left < seen.left) row.current.scrollLeft -= seen.left - left;
    else if (right > seen.right) row.current.scrollLeft += right - seen.right;
  }, [row, shown]);
}
