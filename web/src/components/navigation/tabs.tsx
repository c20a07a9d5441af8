import { Tabs as Radix } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { useShownInView } from "./use-shown-in-view";

interface TabsProps<T extends string> {
  label: string;
  tabs: readonly { value: T; label: string; content: ReactNode }[];
  value: T;
  onChange: (value: T) => void;
}

/** Panels of which one is seen; on a narrow screen their names scroll, and that of the seen one is in view. */
export function Tabs<T extends string>({ label, tabs, value, onChange }: TabsProps<T>) {
  const row = useRef<HTMLDivElement>(null);
  useShownInView(row, value);
  return (
    <Radix.Root
      value={value}
      onValueChange={(next) => onChange(next as T)}
      dir={document.dir === "rtl" ? "rtl" : "ltr"}
    >
      <Radix.List ref={row} aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className="min-h-10 border-b-2 border-transparent px-3 whitespace-nowrap text-ink-soft -outline-offset-2 hover:text-ink coarse:min-h-11 data-[state=active]:border-accent data-[state=active]:text-ink"
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} value={tab.value} className="pt-4">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
