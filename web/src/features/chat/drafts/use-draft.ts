/** The text in a composer, as a draft that survives whatever happens to the page. */
import { useCallback, useEffect, useRef, useState } from "react";
import { useMe } from "@/features/session";
import { usePreferencesState } from "@/features/settings";
import { chooseDraft, type LocalDraft, readDraft, type ServerDraft, writeDraft } from "./drafts";

const SAVE_AFTER_MS = 900;

/** Stores a draft at the server; tells when the server says that it was, in Unix seconds. */
export type SaveDraft = (text: string) => Promise<number | null>;

export interface Draft {
  text: string;
  set(text: string): void;
}

/** The last save of each place that is under way. */
const underWay = new Map<string, Promise<void>>();

/** Saves after what is being saved at that place: a busy server may take two in the other order. */
function inTurn(place: string, save: () => Promise<void>): Promise<void> {
  const before = underWay.get(place);
  const mine = (before ? before.then(save) : save()).finally(() => {
    if (underWay.get(place) === mine) underWay.delete(place);
  });
  underWay.set(place, mine);
  return mine;
}

/** What the server has of a chat that has not begun; null while that is not known. */
export function useNewChatDraft(): ServerDraft | null {
  const { preferences, fromServer } = usePreferencesState();
  return fromServer ? { text: preferences.draft, updatedAt: preferences.updated_at } : null;
}

/**
 * Keeps the draft of one place; give the component another `key` for another place.
 *
 * @param place null where nothing may be kept
 * @param server the draft that the server has, or null while that is not known
 * @param save stores it at the server, if there is a place for it
 */
export function useDraft(place: string | null, server: ServerDraft | null, save: SaveDraft | null): Draft {
  const person = useMe().user.id;
  const read = useCallback(() => (place === null ? null : readDraft(person, place)), [person, place]);
  const write = useCallback(
    (draft: LocalDraft) => {
      if (place !== null) writeDraft(person, place, draft);
    },
    [person, place],
  );
  const [text, show] = useState(() => chooseDraft(read(), server));
  // Until the server has told what it has, nothing is known to be stored, an empty text neither.
  const saved: string | null = server?.text ?? null;
  const now = useRef({ text, timer: 0, saved, savedAt: 0, typed: false, save });
  now.current.save = save;

  const storeNow = useCallback(async () => {
    const { text: written, save: send, saved: stored, typed } = now.current;
    if (!send || written === stored || (stored === null && !typed)) return;
    try {
      now.current.savedAt = (await send(written)) ?? now.current.savedAt;
    } catch {
      // It stays on the device as not saved, and goes with the next keystroke or the next visit.
      return;
    }
    now.current.saved = written;
    if (now.current.text === written) write({ text: written, at: Date.now(), saved: true });
  }, [write]);
  const store = useCallback(() => inTurn(`${person}.${place}`, storeNow), [person, place, storeNow]);

  const plan = useCallback(() => {
    clearTimeout(now.current.timer);
    now.current.timer = window.setTimeout(() => void store(), SAVE_AFTER_MS);
  }, [store]);

  const set = useCallback(
    (written: string) => {
      now.current.text = written;
      now.current.typed = true;
      show(written);
      write({ text: written, at: Date.now(), saved: now.current.save === null && written === "" });
      plan();
    },
    [write, plan],
  );

  const told = server?.text;
  const at = server?.updatedAt ?? null;
  useEffect(() => {
    if (told === undefined) return;
    // What the server had before it stored our last words is no news.
    if (now.current.savedAt > 0 && (at ?? 0) <= now.current.savedAt) return;
    now.current.saved = told;
    if (told === now.current.text) return;
    const local = read();
    const typing = now.current.typed && !local?.saved;
    const chosen = typing ? now.current.text : chooseDraft(local, { text: told, updatedAt: at });
    if (chosen !== now.current.text) {
      // Written elsewhere, and nothing was written here since: what somebody is typing is never taken away.
      now.current.text = chosen;
      show(chosen);
    }
    if (chosen !== told) plan();
  }, [told, at, read, plan]);

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
