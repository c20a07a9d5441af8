/** What can be done now, from everywhere: listed in the command palette, and done by its keys. */
import { useEffect } from "react";
import { create } from "./store";

export interface Command {
  id: string;
  /** What it does, in the person's language. */
  label: string;
  /** Under which heading the palette lists it. */
  section?: string;
  /** For example "mod+k" or "mod+shift+o"; "mod" is Command on a Mac and Control elsewhere. */
  keys?: string;
  /** Further words by which the palette finds it. */
  words?: string;
  /** Whether the palette lists it only when what is typed fits it: one of many. */
  sought?: boolean;
  run: () => void;
}

const groups = create<ReadonlyMap<object, readonly Command[]>>(new Map());

/** Offers commands while the component is on the page. Give a list that changes only when its commands do. */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => {
    const owner = {};
    groups.set((before) => new Map(before).set(owner, commands));
    return () =>
      groups.set((before) => {
        const after = new Map(before);
        after.delete(owner);
        return after;
      });
  }, [commands]);
}

/** All commands that are offered now. */
export function useAllCommands(): readonly Command[] {
  return [...groups.use().values()].flat();
}

export function allCommands(): readonly Command[] {
  return [...groups.get().values()].flat();
}

export const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** "mod+shift+o" as people read it. */
export function keysText(keys: string): string {
  const names: Record<string, string> = IS_MAC
    ? { mod: "⌘", shift: "⇧", alt: "⌥", enter: "↵", backspace: "⌫" }
    : { mod: "Ctrl", shift: "Shift", alt: "Alt", enter: "Enter", backspace: "Backspace" };
  const parts = keys.split("+").map((part) => names[part] ?? part.toUpperCase());
  return parts.join(IS_MAC ? "" : "+");
}

/** Whether a key press is these keys. */
export function matches(keys: string, event: KeyboardEvent): boolean {
  const parts = keys.split("+");
  const key = parts.at(-1);
  const mod = IS_MAC ? event.metaKey : event.ctrlKey;
  return (
    event.key.toLowerCase() === key &&
    mod === parts.includes("mod") &&
    event.shiftKey === parts.includes("shift") &&
    event.altKey === parts.includes("alt")
  );
}
