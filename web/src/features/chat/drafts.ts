/**
 * What is being written and was not sent: kept on this device at each keystroke, and by the server a moment later.
 *
 * Of two states of a draft the newer one counts.
 */
export interface LocalDraft {
  text: string;
  /** When it was written, in milliseconds. */
  at: number;
  /** Whether the server has this very text. */
  saved: boolean;
}

export interface ServerDraft {
  text: string;
  /** Unix seconds. */
  updatedAt: number | null;
}

export const NEW_CHAT = "new";

const key = (person: string, place: string) => `earthshine.draft.${person}.${place}`;

export function readDraft(person: string, place: string): LocalDraft | null {
  try {
    return JSON.parse(localStorage.getItem(key(person, place)) ?? "null") as LocalDraft | null;
  } catch {
    return null;
  }
}

export function writeDraft(person: string, place: string, draft: LocalDraft): void {
  try {
    if (draft.text === "" && draft.saved) localStorage.removeItem(key(person, place));
    else localStorage.setItem(key(person, place), JSON.stringify(draft));
  } catch {
    // A device without room: the server has it a second later.
  }
}

/** The draft that counts, when a chat is opened or the server tells of a newer one. */
export function chooseDraft(local: LocalDraft | null, server: ServerDraft | null): string {
  if (!local) return server?.text ?? "";
  if (!server || server.updatedAt === null) return local.text;
  // What the server has had since is its own newest state, perhaps written on another device.
  if (local.saved) return server.text;
  return server.updatedAt * 1000 > local.at ? server.text : local.text;
}
