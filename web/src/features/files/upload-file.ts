/** Sends a file to the server, to be kept there. */
import { upload } from "@/lib/upload";
import { rememberBytes } from "./file-url";
import { type StoredFile, showFile } from "./queries";

/** The purpose of what may be shown to models as a picture. */
export const VISION = "vision";
const PICTURE = /^image\/(png|jpeg|webp|gif)$/;

interface Sending {
  onProgress: (part: number) => void;
  signal: AbortSignal;
  /** Seconds after which the server removes it by itself, an hour at least; for ever without it. */
  expiresAfter?: number;
}

/** Throws an `ApiError`, or an `AbortError` when it was stopped. */
export async function uploadFile(
  file: File,
  { onProgress, signal, expiresAfter }: Sending,
): Promise<StoredFile> {
  const form = new FormData();
  form.append("purpose", PICTURE.test(file.type) ? VISION : "user_data");
  if (expiresAfter !== undefined) {
    form.append("expires_after[anchor]", "created_at");
    form.append("expires_after[seconds]", String(expiresAfter));
  }
  form.append("file", file, file.name || "file");
  const stored = (await upload("/v1/files", form, onProgress, signal)) as StoredFile;
  showFile(stored);
  if (stored.purpose === VISION) rememberBytes(stored.id, file);
  return stored;
}
