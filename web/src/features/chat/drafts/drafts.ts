/**
 * What is being written and was not sent: kept on this device at each keystroke, and by the server a moment later.
 *
 * Of two states of a draft the newer one counts. Its files are kept on this device alone.
 */
import { largeStorage } from "@/lib/large-storage";
import type { Attachment, MessageContent } from "../turns/input";

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

const filesKey = (person: string, place: string) => `files.${person}.${place}`;

export interface KeptFiles {
  attachments: readonly Attachment[];
  /** Files that the server does not have yet. */
  unsent: readonly File[];
}

export async function keptFiles(person: string, place: string): Promise<KeptFiles> {
  const kept = await largeStorage.get<KeptFiles | readonly Attachment[]>(filesKey(person, place));
  // Before files were stored there were attachments alone.
  if (Array.isArray(kept)) return { attachments: kept, unsent: [] };
  return (kept as KeptFiles | undefined) ?? { attachments: [], unsent: [] };
}

export async function keepFiles(person: string, place: string, files: KeptFiles): Promise<void> {
  const name = filesKey(person, place);
  if (files.attachments.length + files.unsent.length > 0) await largeStorage.set(name, files);
  else await largeStorage.remove(name);
}

/**
 * Puts a message that was not sent where it will be written on, under what is being written there.
 *
 * @param server the draft that the server has of that place, or null while that is not known
 */
export async function putBack(
  person: string,
  place: string,
  server: ServerDraft | null,
  content: MessageContent,
): Promise<void> {
  const written = chooseDraft(readDraft(person, place), server);
  const text = [written, content.text].filter(Boolean).join("\n");
  writeDraft(person, place, { text, at: Date.now(), saved: false });
  const { attachments, unsent } = await keptFiles(person, place);
  await keepFiles(person, place, { attachments: [...attachments, ...content.attachments], unsent });
}

/** The draft that counts, when a chat is opened or the server tells of a newer one. */
export function chooseDraft(local: LocalDraft | null, server: ServerDraft | null): string {
  if (!local) return server?.text ?? "";
  if (!server || server.updatedAt === null) return local.text;
  // What the server has had since is its own newest state, perhaps written on another device.
  if (local.saved) return server.text;
  return server.updatedAt * 1000 > local.at ? server.text : local.text;
}
