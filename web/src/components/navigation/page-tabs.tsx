import { useRef } from "react";
import { Link } from "wouter";
import { cx } from "@/lib/class-names";
import { useShownInView } from "./use-shown-in-view";

interface PageTabsProps {
  label: string;
  tabs: readonly { href: string; label: string; current: boolean }[];
}

/** Addresses beside each other, of which one is shown; on a narrow screen they scroll, and the shown one is in view. */
export function PageTabs({ label, tabs }: PageTabsProps) {
  const nav = useRef<HTMLElement>(null);
  useShownInView(nav, tabs.find((tab) => tab.current)?.href);
  return (
    <nav ref={nav} aria-label={label} className="-mt-3 flex gap-1 overflow-x-auto border-b border-line">
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          aria-current={tab.current ? "page" : undefined}
          className={cx(
            "inline-flex min-h-10 items-center border-b-2 px-3 whitespace-nowrap -outline-offset-2 coarse:min-h-11",
            tab.current ? "border-accent font-medium" : "border-transparent text-ink-soft hover:text-ink",
          )}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
