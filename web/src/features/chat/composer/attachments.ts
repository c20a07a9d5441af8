/** Files that people add to a message: text and PDFs as text, images as they are. Read in the browser, sent as parts. */
import type { Attachment } from "../turns/input";

/** Characters of text in one file. Far more than any model reads at once. */
export const MOST_TEXT = 2_000_000;
const MOST_PDF_BYTES = 100_000_000;
const MOST_IMAGE_BYTES = 30_000_000;
/** All attachments of a message together, as they are sent; the server takes 32 MiB. */
export const MOST_SENT = 24_000_000;
/** Longest side of an image in pixels; models see no more. */
const LONGEST_SIDE = 2048;

/** Why a file cannot be added: the key of a message, with what fills it in. */
export class Unreadable extends Error {
  constructor(
    readonly key:
      | "file_not_text"
      | "file_too_long"
      | "file_too_large"
      | "image_broken"
      | "pdf_broken"
      | "pdf_no_text",
    readonly file: string,
  ) {
    super(key);
  }
}

export async function readFile(file: File): Promise<Attachment> {
  if (file.type.startsWith("image/") && file.type !== "image/svg+xml") return readImage(file);
  if (file.type === "application/pdf" || /\.pdf$/i.test(file.name)) return readPdf(file);
  return readText(file);
}

export function isImage(file: { type: string }): boolean {
  return file.type.startsWith("image/") && file.type !== "image/svg+xml";
}

async function readText(file: File): Promise<Attachment> {
  // A character takes at most four bytes.
  if (file.size > MOST_TEXT * 4) throw new Unreadable("file_too_long", file.name);
  const text = decode(new Uint8Array(await file.arrayBuffer()));
  if (text === null) throw new Unreadable("file_not_text", file.name);
  return asText(file, text);
}

function asText(file: File, content: string): Attachment {
  if (content.length > MOST_TEXT) throw new Unreadable("file_too_long", file.name);
  return { kind: "text", name: file.name, size: file.size, content };
}

/** The text of bytes in UTF-8, or in UTF-16 with its mark; null for what is no text. */
export function decode(bytes: Uint8Array): string | null {
  const marked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = marked ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8";
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

async function readPdf(file: File): Promise<Attachment> {
  if (file.size > MOST_PDF_BYTES) throw new Unreadable("file_too_large", file.name);
  const { pdfText } = await import("./pdf");
  let text: string;
  try {
    text = await pdfText(new Uint8Array(await file.arrayBuffer()));
  } catch {
    throw new Unreadable("pdf_broken", file.name);
  }
  if (text.trim() === "") throw new Unreadable("pdf_no_text", file.name);
  return asText(file, text);
}

async function readImage(file: File): Promise<Attachment> {
  if (file.size > MOST_IMAGE_BYTES) throw new Unreadable("file_too_large", file.name);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Unreadable("image_broken", file.name);
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
