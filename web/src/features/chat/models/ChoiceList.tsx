import { Fragment, type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { cx } from "@/lib/class-names";

export interface Choice {
  id: string;
  /** The heading under which it stands; those of one heading follow each other. */
  section: string;
  content: ReactNode;
  /** Whether it is the one in force, in a list of which one is. */
  chosen?: boolean;
  run(): void;
}

export interface Choices {
  id: string;
  list: readonly Choice[];
  active: Choice | undefined;
  point(choice: Choice): void;
  /** Acts on a key that belongs to the list; tells whether it did. */
  press(key: string): boolean;
  /** For the element that has the focus. */
  aria: { "aria-controls": string; "aria-activedescendant": string | undefined };
}

/** A list that is walked by the keys of another element, which keeps the focus. */
export function useChoices(list: readonly Choice[]): Choices {
  const id = useId();
  const [pointed, setPointed] = useState<string | null>(null);
  const found = list.findIndex((each) => each.id === pointed);
  const at =
    found >= 0
      ? found
      : Math.max(
          0,
          list.findIndex((each) => each.chosen),
        );
  const active = list[at];
  const option = active ? `${id}-${active.id}` : undefined;
  useEffect(() => {
    if (option) document.getElementById(option)?.scrollIntoView({ block: "nearest" });
  }, [option]);
  function press(key: string): boolean {
    if (!active) return false;
    const to = { ArrowDown: (at + 1) % list.length, ArrowUp: (at + list.length - 1) % list.length }[key];
    if (to !== undefined) setPointed(list[to]?.id ?? null);
    else if (key === "Enter" || key === "Tab") active.run();
    else return false;
    return true;
  }
  const point = (choice: Choice) => setPointed(choice.id);
  return { id, list, active, point, press, aria: { "aria-controls": id, "aria-activedescendant": option } };
}

interface ChoiceListProps {
  label: string;
  choices: Choices;
  /** The keys, where the list has the focus itself. */
  onKeyDown?: (event: KeyboardEvent) => void;
}

/** Shows it, under its headings. */
export function ChoiceList({ label, choices, onKeyDown }: ChoiceListProps) {
  const { id, list, active, point } = choices;
  const box = useRef<HTMLDivElement>(null);
  const focused = onKeyDown !== undefined;
  useEffect(() => {
    if (focused) box.current?.focus();
  }, [focused]);
  const focusable = {
    tabIndex: 0,
    onKeyDown,
    "aria-activedescendant": choices.aria["aria-activedescendant"],
  };
  const sections = [...new Set(list.map((each) => each.section))];
  return (
    <div
      ref={box}
      role="listbox"
      id={id}
      aria-label={label}
      {...(focused ? focusable : {})}
      className="outline-none"
    >
      {sections.map((section, place) => {
        const options = list
          .filter((each) => each.section === section)
          .map((each) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the element that has the focus has the keys
            // biome-ignore lint/a11y/useFocusableInteractive: it points here by aria-activedescendant
            <div
              key={each.id}
              id={`${id}-${each.id}`}
              role="option"
              aria-selected={each.chosen ?? each === active}
              onPointerMove={each === active ? undefined : () => point(each)}
              // The focus stays where it is.
              onMouseDown={(event) => event.preventDefault()}
              onClick={each.run}
              className={cx(
                "flex min-h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-start coarse:min-h-11",
                each === active && "bg-hover",
              )}
            >
              {each.content}
            </div>
          ));
        if (!section) return <Fragment key={section}>{options}</Fragment>;
        return (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a listbox
          <div key={section} role="group" aria-labelledby={`${id}-section-${place}`}>
            <div
              id={`${id}-section-${place}`}
              role="presentation"
              className="px-2.5 pt-2 pb-1 text-xs font-medium text-ink-faint"
            >
              {section}
            </div>
            {options}
          </div>
        );
      })}
    </div>
  );
}
