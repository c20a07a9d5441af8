import { later } from "@/lib/later";
import { isLastOpening, isPdf, nextOpening, type Passage, PdfPages, type Reading, reading } from "./shown";

export const Beside = later<{ shown: Reading }>(() => import("./Beside"));

/** Opens a file beside the page. */
export function openReading(
  file: { fileId: string; filename: string },
  passage: Passage | null = null,
  passages: readonly Passage[] = [],
): void {
  const { fileId, filename } = passage ?? file;
  const shown = { fileId, filename, passage, passages, opened: nextOpening() };
  const code = [Beside.prepare(), ...(isPdf(filename) ? [PdfPages.prepare()] : [])];
  // Code that does not come is told where it is drawn; what was opened or closed meanwhile stays so.
  void Promise.allSettled(code).then(() => isLastOpening(shown.opened) && reading.set(shown));
}
