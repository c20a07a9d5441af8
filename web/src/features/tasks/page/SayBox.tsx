import { ArrowUp, Square } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { composerAction } from "@/features/chat/parts";
import { usePreferences } from "@/features/settings";

interface SayBoxProps {
  label: string;
  placeholder: string;
  busy: boolean;
  /** Stays as it is where sending fails. */
  onSend: (text: string) => Promise<unknown>;
  /** Without it there is nothing to stop. */
  onStop?: () => void;
  autoFocus?: boolean;
  rows?: number;
  above?: ReactNode;
  /** Beside the button that sends. */
  actions?: ReactNode;
  children?: ReactNode;
}

const TOUCH = window.matchMedia("(pointer: coarse)").matches;

/** Where a goal is stated, or a task is told more. */
export function SayBox({ label, placeholder, busy, onSend, onStop, rows = 1, ...rest }: SayBoxProps) {
  const { t } = useTranslation("tasks");
  const [text, setText] = useState("");
  const sendKey = usePreferences().send_with;
  const empty = text.trim() === "";

  async function submit() {
    if (empty || busy) return;
    await onSend(text.trim());
    setText("");
  }
  function onKeyDown(event: KeyboardEvent) {
    const { key, shiftKey, ctrlKey, metaKey, altKey, keyCode, nativeEvent } = event;
    const press = { key, shiftKey, ctrlKey, metaKey, altKey, keyCode, isComposing: nativeEvent.isComposing };
    if (composerAction(press, { sendKey, running: false, empty: false, touch: TOUCH }) !== "send") return;
    event.preventDefault();
    void submit().catch(() => undefined);
  }

  return (
    <form
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        void submit().catch(() => undefined);
      }}
      className="rounded-2xl border border-line bg-surface shadow-raised focus-within:border-line-strong"
    >
      {rest.above}
      <textarea
        dir="auto"
        rows={rows}
        aria-label={label}
        placeholder={placeholder}
        // biome-ignore lint/a11y/noAutofocus: on a page that is there to be written on
        autoFocus={rest.autoFocus}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="field-sizing-content block max-h-[40dvh] min-h-12 w-full resize-none bg-transparent px-4 pt-3 pb-1 outline-none"
      />
      <div className="flex flex-wrap items-center gap-1 p-2 pt-0">
        {rest.children}
        <span className="flex-1" />
        {rest.actions}
        {onStop ? (
          <IconButton label={t("stop")} onClick={onStop}>
            <Square fill="currentColor" className="size-3.5!" />
          </IconButton>
        ) : null}
        <IconButton
          type="submit"
          label={t("send")}
          look="primary"
          disabled={empty || busy}
          className="rounded-full! disabled:bg-line! disabled:text-ink-faint! disabled:opacity-100!"
        >
          <ArrowUp />
        </IconButton>
      </div>
    </form>
  );
}
