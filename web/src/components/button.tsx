import type { ComponentProps, ReactNode } from "react";
import { cx } from "@/lib/class-names";
import { tooltip } from "./overlays/tooltip";

type Look = "primary" | "plain" | "outline" | "danger";

const LOOKS: Record<Look, string> = {
  primary: "bg-accent text-accent-ink hover:bg-accent-hover",
  plain: "text-ink-soft hover:bg-hover hover:text-ink",
  outline: "border border-line bg-surface text-ink hover:bg-hover",
  danger: "bg-bad-soft text-bad hover:brightness-95 dark:hover:brightness-125",
};

interface ButtonProps extends ComponentProps<"button"> {
  look?: Look;
  size?: "small" | "medium";
  busy?: boolean;
}

/** A button with words on it. */
export function Button({
  look = "outline",
  size = "medium",
  busy = false,
  className,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(
        "inline-flex items-center justify-center gap-2 rounded-lg font-medium whitespace-nowrap transition-colors disabled:opacity-55",
        size === "small" ? "min-h-8 px-2.5 text-sm" : "min-h-10 px-4",
        LOOKS[look],
        className,
      )}
    />
  );
}

interface IconButtonProps extends ComponentProps<"button"> {
  /** What it does, in words: its accessible name and its tooltip. */
  label: string;
  children: ReactNode;
  look?: Look;
  /** The keys that do the same, shown in the tooltip. */
  keys?: string;
}

/** A button with a picture on it, and its name in a tooltip. */
export function IconButton({ label, look = "plain", keys, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      {...tooltip(label, keys)}
      {...rest}
      className={cx(
        "inline-grid size-9 shrink-0 place-items-center rounded-lg transition-colors disabled:opacity-45 coarse:size-11 [&_svg]:size-[1.15rem]",
        LOOKS[look],
        className,
      )}
    >
      {children}
    </button>
  );
}
