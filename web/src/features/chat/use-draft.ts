/** The text in a composer, as a draft that survives whatever happens to the page. */
import { useCallback, useEffect, useRef, useState } from "react";
import { useMe } from "@/features/session";
import { chooseDraft, readDraft, type ServerDraft, writeDraft } from "./drafts";

const SAVE_AFTER_MS = 900;

export interface Draft {
  text: string;
  set(text: string): void;
}

/**
 * Keeps the draft of one place; give the component another `key` for another place.
 *
 * @param server the draft that the server has, or null while that is not known
 * @param save stores it at the server, if there is a place for it
 */
export function useDraft(
  place: string,
  server: ServerDraft | null,
  save: ((text: string) => Promise<unknown>) | null,
): Draft {
  const person = useMe().user.id;
  const [text, show] = useState(() => chooseDraft(readDraft(person, place), server));
  const now = useRef({ text, timer: 0, saved: server?.text ?? "", save });
  now.current.save = save;

  const store = useCallback(async () => {
    const { text: written, save: send } = now.current;
    if (!send || written === now.current.saved) return;
    try {
      await send(written);
    } catch {
      // It stays on the device as not saved, and goes with the next keystroke or the next visit.
      return;
    }
    now.current.saved = written;
    if (now.current.text === written)
      writeDraft(person, place, { text: written, at: Date.now(), saved: true });
  }, [person, place]);

  const plan = useCallback(() => {
    clearTimeout(now.current.timer);
    now.current.timer = window.setTimeout(() => void store(), SAVE_AFTER_MS);
  }, [store]);

  const set = useCallback(
    (written: string) => {
      now.current.text = written;
      show(written);
      writeDraft(person, place, {
        text: written,
        at: Date.now(),
        saved: now.current.save === null && written === "",
      });
      plan();
    },
    [person, place, plan],
  );

  const told = server?.text;
  const at = server?.updatedAt ?? null;
  useEffect(() => {
    if (told === undefined || told === now.current.text) return;
    const local = readDraft(person, place);
    const chosen = chooseDraft(local, { text: told, updatedAt: at });
    if (chosen !== now.current.text) {
      // Written elsewhere, and nothing was written here since: what somebody is typing is never taken away.
      now.current.text = chosen;
      now.current.saved = told;
      show(chosen);
    } else if (chosen !== told) plan();
  }, [told, at, person, place, plan]);

  useEffect(() => {
    // What is not saved when the page goes is saved by the next visit; a try costs nothing.
    const leave = () => void store();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [store]);

  return { text, set };
}
