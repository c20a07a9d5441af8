import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { cx } from "@/lib/class-names";
import { STOP } from "./list-keys";

/** A part of the sidebar under a heading, which folds it; the device remembers how it was left. */
export function Section({ name, title, children }: { name: string; title: string; children: ReactNode }) {
  const kept = `earthshine.sidebar.${name}`;
  const [open, setOpen] = useState(() => localStorage.getItem(kept) !== "folded");
  return (
    <section className="pb-1">
      <h3>
        <button
          type="button"
          {...STOP}
          aria-expanded={open}
          onClick={() => {
            setOpen(!open);
            localStorage.setItem(kept, open ? "folded" : "open");
          }}
          className="flex min-h-8 w-full items-center gap-1 rounded-lg px-3 text-xs font-medium text-ink-faint -outline-offset-2 hover:text-ink coarse:min-h-11"
        >
          {title}
          <Chevron open={open} />
        </button>
      </h3>
      {open ? children : null}
    </section>
  );
}

/** Points along the line when folded, and down when open. */
export function Chevron({ open }: { open: boolean }) {
  return (
    <ChevronRight
      aria-hidden
      className={cx("size-3.5 transition-transform", open ? "rotate-90" : "mirrored")}
    />
  );
}
