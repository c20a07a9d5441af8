/** The file of chats that somebody chose: as it is, or out of the zip archive that ChatGPT sends. */
import { ApiError } from "@/lib/errors";

const NAME = /(^|\/)conversations\.json$/;
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

/** Raises an `ApiError` for an archive without chats. Source: PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16. */
export async function chatsIn(file: Blob): Promise<Blob> {
  const head = new DataView(await file.slice(0, 4).arrayBuffer());
  const zipped = head.byteLength === 4 && head.getUint16(0, true) === 0x4b50;
  if (!zipped) return file;
  const entry = (await entriesOf(file)).find(({ name }) => NAME.test(name));
  if (!entry) throw new ApiError("This archive holds no conversations.json.", 400, "no_chats");
  const local = new DataView(await file.slice(entry.at, entry.at + 30).arrayBuffer());
  const from = entry.at + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  const packed = file.slice(from, from + entry.size);
  if (entry.method === STORED) return packed;
  if (entry.method !== DEFLATED) {
    throw new ApiError(
      "This archive is packed in a way that cannot be read here. Unpack it first.",
      400,
      "packed",
    );
  }
  return new Response(packed.stream().pipeThrough(new DecompressionStream("deflate-raw"))).blob();
}

interface Entry {
  name: string;
  method: number;
  size: number;
  at: number;
}

async function entriesOf(file: Blob): Promise<Entry[]> {
  const start = Math.max(0, file.size - 65_557);
  const tail = new DataView(await file.slice(start).arrayBuffer());
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== END) end -= 1;
  if (end < 0) throw new ApiError("This archive is cut off. Download it again.", 400, "cut_off");
  const from = tail.getUint32(end + 16, true);
  const directory = await file.slice(from, from + tail.getUint32(end + 12, true)).arrayBuffer();
  const view = new DataView(directory);
  const entries: Entry[] = [];
  for (let at = 0; at + 46 <= view.byteLength && view.getUint32(at, true) === ENTRY; ) {
    const length = view.getUint16(at + 28, true);
    entries.push({
      name: new TextDecoder().decode(new Uint8Array(directory, at + 46, length)),
      method: view.getUint16(at + 10, true),
      size: view.getUint32(at + 20, true),
      at: view.getUint32(at + 42, true),
    });
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}
