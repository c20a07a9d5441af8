/**
 * Modal dialogs, which the browser puts over all else. What is outside of the newest is dimmed, deaf and not read aloud:
 * whatever belongs over the whole page has to be rendered into it.
 */
import { type RefObject, useEffect, useRef } from "react";
import { create } from "@/lib/store";

const open = create<readonly HTMLDialogElement[]>([]);

/** Give what it returns to a `dialog`, which is then modal while it is rendered. */
export function useModal(begin?: (dialog: HTMLDialogElement) => void): RefObject<HTMLDialogElement | null> {
  const element = useRef<HTMLDialogElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins once
  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    dialog.showModal();
    begin?.(dialog);
    open.set((before) => [...before, dialog]);
    return () => {
      open.set((before) => before.filter((each) => each !== dialog));
      dialog.close();
    };
  }, []);
  return element;
}

/** The dialog that is over all others, if there is one. */
export const useTopModal = (): HTMLDialogElement | null => open.use().at(-1) ?? null;
