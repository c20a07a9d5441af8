/** The file of chats that somebody chose: as it is, or out of the zip archive that ChatGPT sends. */
import { ApiError } from "@/lib/errors/api-error";

/** ChatGPT has one file, or many with numbers, and others about chats that hold none. */
const CHATGPT = /(^|\/)conversations(-\d+)?\.json$/i;
const JSON_FILE = /\.jsonl?$/i;
const HIDDEN = /(^|\/)(\.|__MACOSX\/)/;
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

/**
 * Takes only the chats out of an archive, so that its pictures need not be sent: their lists, one after the other.
 *
 * Raises an `ApiError` for an archive without chats. Source: PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16.
 */
export async function chatsIn(file: Blob): Promise<Blob> {
  const head = new DataView(await file.slice(0, 4).arrayBuffer());
  const zipped = head.byteLength === 4 && head.getUint16(0, true) === 0x4b50;
  if (!zipped) return file;
  const files = (await entriesOf(file)).filter(({ name }) => !HIDDEN.test(name));
  const theirs = files.filter(({ name }) => CHATGPT.test(name));
  const chosen = theirs.length ? theirs : files.filter(({ name }) => JSON_FILE.test(name));
  if (!chosen.length) {
    throw new ApiError(
      "This archive holds no chats: no conversations.json (or conversations-000.json), and no other .json or .jsonl file.",
      400,
      "no_chats",
    );
  }
  chosen.sort((one, other) => (one.name < other.name ? -1 : 1));
  const parts: BlobPart[] = [];
  for (const entry of chosen) parts.push(await unpacked(file, entry), "\n");
  return new Blob(parts);
}

async function unpacked(file: Blob, entry: Entry): Promise<Blob> {
  const local = new DataView(await file.slice(entry.at, entry.at + 30).arrayBuffer());
  if (local.byteLength < 30) throw cutOff();
  const from = entry.at + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  const packed = file.slice(from, from + entry.size);
  if (packed.size < entry.size) throw cutOff();
  const readable = entry.method === STORED || entry.method === DEFLATED;
  if (!readable || entry.flags & ENCRYPTED) {
    throw new ApiError(
      "This archive is packed in a way that cannot be read here. Unpack it first.",
      400,
      "packed",
    );
  }
  if (entry.method === STORED) return packed;
  try {
    return await new Response(packed.stream().pipeThrough(new DecompressionStream("deflate-raw"))).blob();
  } catch {
    throw cutOff();
  }
}

function cutOff(): ApiError {
  return new ApiError("This archive is damaged or cut off. Download it again.", 400, "cut_off");
}

interface Entry {
  name: string;
  flags: number;
  method: number;
  size: number;
  at: number;
}

async function entriesOf(file: Blob): Promise<Entry[]> {
  const start = Math.max(0, file.size - 65_557);
  const tail = new DataView(await file.slice(start).arrayBuffer());
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== END) end -= 1;
  if (end < 0) throw cutOff();
  const from = tail.getUint32(end + 16, true);
  const directory = await file.slice(from, from + tail.getUint32(end + 12, true)).arrayBuffer();
  const view = new DataView(directory);
  const entries: Entry[] = [];
  for (let at = 0; at + 46 <= view.byteLength && view.getUint32(at, true) === ENTRY; ) {
    const length = Math.min(view.getUint16(at + 28, true), view.byteLength - at - 46);
    entries.push({
      name: new TextDecoder().decode(new Uint8Array(directory, at + 46, length)),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      size: view.getUint32(at + 20, true),
      at: view.getUint32(at + 42, true),
    });
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}
