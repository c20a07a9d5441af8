import { type ComponentProps, type ReactNode, useId } from "react";
import { cx } from "@/lib/class-names";
import { useValidity } from "./validity";

const BOX =
  "w-full rounded-lg border border-line-strong bg-surface px-3 text-ink disabled:bg-sunken aria-[invalid=true]:border-bad";

/** Lets styles see that a field is empty, which they know only of one with a placeholder. */
const NONE = " ";

interface LabelProps {
  label: string;
  /** One sentence under the field. */
  hint?: ReactNode;
  /** What is wrong with the value, and what to do. */
  error?: string | null;
  /** Keeps the label for screen readers only. */
  hidden?: boolean;
}

/** The names that join a field to its hint and to what is wrong with it: in our eyes, or by its own rules. */
function useLabelled({ hint, error: given }: Pick<LabelProps, "hint" | "error">) {
  const id = useId();
  const { fault, onInvalid, forget } = useValidity();
  const error = given ?? fault;
  const described = [hint ? `${id}-hint` : null, error ? `${id}-error` : null].filter(Boolean).join(" ");
  const aria = {
    id,
    "aria-describedby": described || undefined,
    "aria-invalid": error ? true : undefined,
    onInvalid,
    onInput: forget,
  } as const;
  return { aria, error };
}

function Labelled({
  id,
  label,
  hint,
  error,
  hidden,
  children,
}: LabelProps & { id: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className={hidden ? "sr-only" : "text-sm font-medium"}>
        {label}
      </label>
      {children}
      {hint ? (
        <p id={`${id}-hint`} className="text-sm text-ink-faint">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={`${id}-error`} role="alert" className="text-sm text-bad">
          {error}
        </p>
      ) : null}
    </div>
  );
}

/** One line of text. Its direction follows what is written. */
export function TextField({
  label,
  hint,
  error,
  hidden,
  className,
  ...rest
}: LabelProps & ComponentProps<"input">) {
  const { aria, error: fault } = useLabelled({ hint, error });
  return (
    <Labelled id={aria.id} label={label} hint={hint} error={fault} hidden={hidden}>
      <input dir="auto" placeholder={NONE} {...aria} {...rest} className={cx(BOX, "min-h-10", className)} />
    </Labelled>
  );
}

/** Several lines of text. */
export function TextArea({
  label,
  hint,
  error,
  hidden,
  className,
  ...rest
}: LabelProps & ComponentProps<"textarea">) {
  const { aria, error: fault } = useLabelled({ hint, error });
  return (
    <Labelled id={aria.id} label={label} hint={hint} error={fault} hidden={hidden}>
      <textarea
        dir="auto"
        rows={4}
        placeholder={NONE}
        {...aria}
        {...rest}
        className={cx(BOX, "py-2", className)}
      />
    </Labelled>
  );
}

/** One of a few choices: the browser's own list, in our looks where the browser lets it be dressed. */
export function Select({
  label,
  hint,
  error,
  hidden,
  className,
  ...rest
}: LabelProps & ComponentProps<"select">) {
  const { aria, error: fault } = useLabelled({ hint, error });
  return (
    <Labelled id={aria.id} label={label} hint={hint} error={fault} hidden={hidden}>
      <select {...aria} {...rest} className={cx(BOX, "choices min-h-10 text-ellipsis", className)} />
    </Labelled>
  );
}

interface SwitchProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (on: boolean) => void;
  disabled?: boolean;
}

/** On or off, in force at once. */
export function Switch({ label, hint, checked, onChange, disabled }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-4">
      <div>
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {hint ? (
          <p id={`${id}-hint`} className="text-sm text-ink-faint">
            {hint}
          </p>
        ) : null}
      </div>
      <button
        id={id}
        type="button"
        role="switch"
        aria-checked={checked}
        aria-describedby={hint ? `${id}-hint` : undefined}
        disabled={disabled}
        onClick={() => onChange(!checked)}
        className={cx(
          "relative mt-0.5 h-6 w-11 shrink-0 rounded-full border transition-colors",
          checked ? "border-accent bg-accent" : "border-line-strong bg-sunken",
        )}
      >
        <span
          className={cx(
            "absolute top-0.5 size-[1.125rem] rounded-full transition-[inset-inline-start]",
            checked ? "start-[1.375rem] bg-accent-ink" : "start-0.5 bg-ink-faint",
          )}
        />
      </button>
    </div>
  );
}
