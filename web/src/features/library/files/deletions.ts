/** Files that were deleted a moment ago: out of sight at once, and gone when there was time to undo it. */
import { toast } from "@/components/overlays/toast";
import { deleteFile, type StoredFile } from "@/features/files";
import { errorText } from "@/lib/errors/texts";
import { send } from "@/lib/request";
import { create } from "@/lib/store";

/** As long as the words that offer to undo it are shown. */
const UNDO_MS = 6000;

const timers = new Map<string, number>();
const going = create<ReadonlySet<string>>(new Set());

/** The ids of files that are not shown any more. */
export const useGoing = going.use;

const mark = (id: string, on: boolean) =>
  going.set((before) => {
    const after = new Set(before);
    if (on) after.add(id);
    else after.delete(id);
    return after;
  });

export function deleteSoon(file: StoredFile, words: { deleted: string; undo: string }): void {
  mark(file.id, true);
  timers.set(
    file.id,
    window.setTimeout(() => {
      timers.delete(file.id);
      void deleteFile(file.id)
        .catch((thrown) => toast(errorText(thrown), { kind: "error" }))
        .finally(() => mark(file.id, false));
    }, UNDO_MS),
  );
  toast(words.deleted, { action: { label: words.undo, run: () => undo(file.id) } });
}

function undo(id: string): void {
  if (!timers.has(id)) return;
  clearTimeout(timers.get(id));
  timers.delete(id);
  mark(id, false);
}

if (typeof window !== "undefined")
  window.addEventListener("pagehide", () => {
    // Whoever leaves has not undone it.
    for (const [id, timer] of timers) {
      clearTimeout(timer);
      void send("DELETE", `/v1/files/${id}`, { keepalive: true }).catch(() => undefined);
    }
    timers.clear();
  });
