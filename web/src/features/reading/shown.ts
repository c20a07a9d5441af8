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
export const PdfPages = later(() => import("./pdf/PdfPages"));
let opened = 0;

/** Whether a file has pages to be drawn, by its name. */
export const isPdf = (filename: string) => /\.pdf$/i.test(filename);

/** Returns the number of one more opening or closing: what is not the last is not shown. */
export function nextOpening(): number {
  opened += 1;
  return opened;
}

export const isLastOpening = (number: number) => number === opened;

export function closeReading(): void {
  nextOpening();
  reading.set(null);
}
