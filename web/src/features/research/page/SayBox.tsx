import { ArrowUp } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { usePreferences } from "@/features/settings";

interface SayBoxProps {
  label: string;
  placeholder: string;
  /** Rejects where it did not arrive: the words stay then. */
  onSend: (text: string) => Promise<unknown>;
}

const TOUCH = window.matchMedia("(pointer: coarse)").matches;

/** Where a research is told what to look at, and a finished one is asked more. */
export function SayBox({ label, placeholder, onSend }: SayBoxProps) {
  const { t } = useTranslation("research");
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const sendsWithEnter = usePreferences().send_with === "enter";
  const empty = text.trim() === "";
  async function send() {
    if (empty || busy) return;
    setBusy(true);
    await onSend(text.trim()).then(
      () => setText(""),
      () => undefined,
    );
    setBusy(false);
  }
  function onSubmit(event: FormEvent) {
    event.preventDefault();
    void send();
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    const held = event.ctrlKey || event.metaKey;
    if (!held && (TOUCH || !sendsWithEnter)) return;
    event.preventDefault();
    void send();
  }
  return (
    <form
      aria-label={label}
      onSubmit={onSubmit}
      className="flex items-end rounded-2xl border border-line bg-surface shadow-raised focus-within:border-line-strong"
    >
      <textarea
        dir="auto"
        rows={1}
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="field-sizing-content block max-h-[30dvh] min-h-12 min-w-0 flex-1 resize-none bg-transparent px-4 py-3 outline-none"
      />
      <IconButton
        type="submit"
        label={t("send")}
        look="primary"
        disabled={empty || busy}
        className="m-1.5 rounded-full! disabled:bg-line! disabled:text-ink-faint! disabled:opacity-100!"
      >
        <ArrowUp />
      </IconButton>
    </form>
  );
}
