import type { ReactNode } from "react";
import { useWide } from "@/lib/use-wide";
import { Dialog } from "./dialog";
import { Popover } from "./popover";
import { tooltip } from "./tooltip";

interface PanelButtonProps {
  /** What it opens, and how that stands. */
  label: string;
  /** The same in a word. */
  title: string;
  icon: ReactNode;
  /** Whether something in it is on. */
  on: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
  className: string;
  children: ReactNode;
}

/** In rem: from here on the panel opens beside the button; under it, it is a sheet. */
const WIDE = 40;

/** A button of the message box that opens choices. */
export function PanelButton({ label, title, icon, on, open, onOpen, className, children }: PanelButtonProps) {
  const wide = useWide(WIDE);
  const button = (
    <button
      type="button"
      aria-label={label}
      aria-haspopup="dialog"
      {...tooltip(label)}
      // Not `aria-pressed`: it opens the choices, and is none.
      data-on={on || undefined}
      onClick={wide ? undefined : () => onOpen(true)}
      className={`${className} data-on:text-accent`}
    >
      {icon}
      <span className="max-sm:hidden">{title}</span>
      {on ? <span aria-hidden className="size-1.5 shrink-0 rounded-full bg-accent" /> : null}
    </button>
  );
  if (wide)
    return (
      <Popover
        open={open}
        onOpenChange={onOpen}
        align="start"
        label={title}
        className="w-96 p-4"
        trigger={button}
      >
        {children}
      </Popover>
    );
  return (
    <>
      {button}
      {open ? (
        <Dialog title={title} onClose={() => onOpen(false)}>
          {children}
        </Dialog>
      ) : null}
    </>
  );
}
