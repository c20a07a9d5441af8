import { send } from "@/lib/request";
import { saveFile } from "@/lib/save-file";

/** Fetches a file of this session and hands it to the browser to keep. */
export async function download(path: string, name: string, query?: Record<string, string>): Promise<void> {
  const reply = await send("GET", path, { query });
  saveFile(await reply.blob(), nameIn(reply.headers.get("content-disposition")) ?? name);
}

/** The file name that the server chose, in whichever of the header's two forms it stands. */
export function nameIn(header: string | null): string | null {
  if (!header) return null;
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
  if (encoded) {
    try {
      return decodeURIComponent(encoded);
    } catch {
      // Not what it says it is: the plain form is left.
    }
  }
  return /filename="([^"]+)"/i.exec(header)?.[1] ?? null;
}
