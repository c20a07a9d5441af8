/** What the reading pane shows: a file, a place in it, and the other places that were named with it. */
import { later } from "@/lib/later";
import { create } from "@/lib/store";

/** A passage of a file. Places count Unicode characters of the whole text. */
export interface Passage {
  fileId: string;
  filename: string;
  /** Of the part, from 0. */
  part: number;
  start?: number;
  end?: number;
}

export interface Reading {
  fileId: string;
  filename: string;
  /** Where it opens; the beginning without it. */
  passage: Passage | null;
  /** The passages between which one goes forwards and back, `passage` among them. */
  passages: readonly Passage[];
  /** Counts the openings, so that opening the same passage again goes there again. */
  opened: number;
}

export const reading = create<Reading | null>(null);
export const Beside = later<{ shown: Reading }>(() => import("./Beside"));
export const PdfPages = later(() => import("./pdf/PdfPages"));
let opened = 0;

/** Whether a file has pages to be drawn, by its name. */
export const isPdf = (filename: string) => /\.pdf$/i.test(filename);

/** Opens a file beside the page. */
export function openReading(
  file: { fileId: string; filename: string },
  passage: Passage | null = null,
  passages: readonly Passage[] = [],
): void {
  const { fileId, filename } = passage ?? file;
  opened += 1;
  const shown = { fileId, filename, passage, passages, opened };
  const code = [Beside.prepare(), ...(isPdf(filename) ? [PdfPages.prepare()] : [])];
  // Code that does not come is told where it is drawn; what was opened or closed meanwhile stays so.
  void Promise.allSettled(code).then(() => shown.opened === opened && reading.set(shown));
}

export function closeReading(): void {
  opened += 1;
  reading.set(null);
}
