import { createPortal } from "react-dom";
import { BESIDE_SIDEBAR, cx } from "@/lib/class-names";
import { create } from "@/lib/store";
import { useTopModal } from "./modal";

export interface Toast {
  id: number;
  text: string;
  kind: "info" | "error";
  action?: { label: string; run: () => void };
}

const SHOWN_MS = 6000;
/** Clear of what is written at the bottom of a page, and of its round button; lower in browsers without anchors. */
const ABOVE_FOOTER = "supports-[bottom:anchor(top)]:bottom-[calc(anchor(--footer_top,-2.5rem)+3.5rem)]";
const toasts = create<readonly Toast[]>([]);
let next = 0;

/** Says something for a few seconds, at the edge of the page; screen readers hear it. */
export function toast(text: string, options: Partial<Pick<Toast, "kind" | "action">> = {}): void {
  const id = next++;
  toasts.set((shown) => [
    ...shown.slice(-2),
    { id, text, kind: options.kind ?? "info", action: options.action },
  ]);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id: number): void {
  toasts.set((shown) => shown.filter((each) => each.id !== id));
}

/** Shows them, over a modal dialog too. The place for the page stays, so that what comes into it is read aloud. */
export function Toasts() {
  const shown = toasts.use();
  const modal = useTopModal();
  return (
    <>
      <Place toasts={modal ? [] : shown} />
      {modal ? createPortal(<Place toasts={shown} overModal />, modal) : null}
    </>
  );
}

function Place({ toasts, overModal = false }: { toasts: readonly Toast[]; overModal?: boolean }) {
  return (
    <div
      aria-live="polite"
      role="status"
      className={cx(
        "pointer-events-none fixed inset-x-0 bottom-4 z-50 flex flex-col items-center gap-2 px-4",
        // On a phone a dialog stands at the bottom, with its buttons.
        overModal ? "max-sm:top-4 max-sm:bottom-auto" : cx(BESIDE_SIDEBAR, ABOVE_FOOTER),
      )}
    >
      {toasts.map((each) => (
        <div
          key={each.id}
          className={`pointer-events-auto flex max-w-lg items-center gap-3 rounded-xl px-4 py-2.5 shadow-raised ${each.kind === "error" ? "bg-bad-soft text-bad" : "bg-ink text-ground"}`}
        >
          <span dir="auto">{each.text}</span>
          {each.action ? (
            <button
              type="button"
              className="font-semibold underline"
              onClick={() => {
                each.action?.run();
                dismiss(each.id);
              }}
            >
              {each.action.label}
            </button>
          ) : null}
        </div>
      ))}
    </div>
  );
}
