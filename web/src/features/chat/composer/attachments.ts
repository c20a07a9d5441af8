/** Images that people add to a message: made small enough for models in the browser, before they are sent. */

const MOST_IMAGE_BYTES = 30_000_000;
/** Bytes up to which an image that is no larger than models see is sent as it is. */
const MOST_AS_IT_IS = 4_000_000;
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

/** Makes an image that a browser can read one that models see: no larger than of use, and of a kind they know. */
export async function readImage(file: File): Promise<File> {
  if (file.size > MOST_IMAGE_BYTES) throw new Unreadable("file_too_large", file.name);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    const heic = /hei[cf]/.test(file.type) || HEIC.test(file.name);
    throw new Unreadable(heic ? "image_heic" : "image_broken", file.name);
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  try {
    if (scale === 1 && file.size < MOST_AS_IT_IS && /png|jpeg|webp|gif/.test(file.type)) return file;
    return await draw(bitmap, scale, file.name);
  } finally {
    bitmap.close();
  }
}

async function draw(bitmap: ImageBitmap, scale: number, name: string): Promise<File> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const drawn = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  if (!drawn) throw new Unreadable("image_broken", name);
  return new File([drawn], `${name.replace(/\.[^.]*$/, "")}.jpg`, { type: drawn.type });
}
