/** Images that people add to a message: made small enough for models in the browser, and sent as parts of it. */
import type { InlineAttachment } from "../turns/input";

const MOST_IMAGE_BYTES = 30_000_000;
/** All images of a message together, as they are sent; the server takes 32 MiB. */
export const MOST_SENT = 24_000_000;
/** Longest side of an image in pixels; models see no more. */
const LONGEST_SIDE = 2048;

/** Why an image cannot be added: the key of a message, with what fills it in. */
export class Unreadable extends Error {
  constructor(
    readonly key: "file_too_large" | "image_broken" | "image_heic",
    readonly file: string,
  ) {
    super(key);
  }
}

/** Photographs of iPhones; few browsers read them, and some know no type for them. */
const HEIC = /\.hei[cf]$/i;

export function isImage({ type, name }: { type: string; name: string }): boolean {
  return (type.startsWith("image/") && type !== "image/svg+xml") || HEIC.test(name);
}

export async function readImage(file: File): Promise<InlineAttachment> {
  if (file.size > MOST_IMAGE_BYTES) throw new Unreadable("file_too_large", file.name);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    const heic = /hei[cf]/.test(file.type) || HEIC.test(file.name);
    throw new Unreadable(heic ? "image_heic" : "image_broken", file.name);
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const small = scale === 1 && file.size < 4_000_000 && /png|jpeg|webp|gif/.test(file.type);
  const content = small ? await dataUrl(file) : draw(bitmap, scale);
  bitmap.close();
  return { kind: "image", name: file.name, size: file.size, content };
}

function draw(bitmap: ImageBitmap, scale: number): string {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.9);
}

function dataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(new Unreadable("image_broken", file.name));
    reader.readAsDataURL(file);
  });
}
