import { X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import { Button, IconButton } from "../button";
import { useModal } from "./modal";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons under the content. */
  actions?: ReactNode;
  /** `full`: all of the window. */
  size?: "small" | "medium" | "large" | "full";
}

const WIDTH = {
  small: "max-w-md",
  medium: "max-w-2xl",
  large: "max-w-5xl",
  full: "h-[calc(100dvh-2rem)] max-w-none max-sm:h-dvh max-sm:max-h-dvh",
};

/** A modal dialog: the browser's own element, which holds the focus and closes by Escape. Shown while it is rendered. */
export function Dialog({ title, onClose, children, actions, size = "medium" }: DialogProps) {
  const element = useModal(focusWithin);
  const heading = useId();
  const { t } = useTranslation("shell");
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog element by itself
    <dialog
      ref={element}
      tabIndex={-1}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
      className={cx(
        "m-auto outline-none max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] overflow-hidden rounded-2xl border border-line bg-surface p-0 shadow-raised max-sm:mb-0 max-sm:max-h-[92dvh] max-sm:w-full max-sm:max-w-full max-sm:rounded-b-none",
        WIDTH[size],
      )}
    >
      <div className={cx("flex flex-col", size === "full" ? "h-full" : "max-h-[inherit]")}>
        <header className="flex items-center gap-2 border-b border-line ps-5 pe-2 py-2">
          <h2 id={heading} className="flex-1 text-base font-semibold">
            {title}
          </h2>
          <IconButton label={t("close")} onClick={onClose}>
            <X />
          </IconButton>
        </header>
        <div data-part="content" className="min-h-0 flex-1 overflow-y-auto px-5 py-4">
          {children}
        </div>
        {actions ? (
          <footer
            data-part="actions"
            className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3"
          >
            {actions}
          </footer>
        ) : null}
      </div>
    </dialog>
  );
}

const FIELDS = "input:not([hidden]), textarea, select, button, a[href]";

/** Begins at the first thing that can be done, rather than at the cross; a phone's keyboard waits until it is wanted. */
function focusWithin(dialog: HTMLDialogElement): void {
  if (window.matchMedia("(pointer: coarse)").matches) {
    dialog.focus();
    return;
  }
  const first =
    dialog.querySelector<HTMLElement>(`[data-part="content"] :is(${FIELDS})`) ??
    dialog.querySelector<HTMLElement>('[data-part="actions"] button');
  // Not on the button that closes: its tooltip would take the first Escape.
  (first ?? dialog).focus();
}

interface ConfirmProps {
  title: string;
  text: string;
  action: string;
  onConfirm: () => void;
  onClose: () => void;
  danger?: boolean;
  busy?: boolean;
}

/** Asks before something that cannot be undone. */
export function Confirm({ title, text, action, onConfirm, onClose, danger = true, busy }: ConfirmProps) {
  const { t } = useTranslation("shell");
  return (
    <Dialog
      title={title}
      onClose={onClose}
      size="small"
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look={danger ? "danger" : "primary"} onClick={onConfirm} busy={busy}>
            {action}
          </Button>
        </>
      }
    >
      <p>{text}</p>
    </Dialog>
  );
}
