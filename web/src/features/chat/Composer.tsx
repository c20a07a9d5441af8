import { ArrowUp, CornerUpLeft, Square } from "lucide-react";
import { type ReactNode, type RefObject, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { usePreferences } from "@/features/settings";
import { keysText } from "@/lib/commands";
import { composerAction } from "./composer-keys";
import type { ServerDraft } from "./drafts";
import type { Said } from "./input";
import { useDraft } from "./use-draft";

export interface ComposerProps {
  /** Where the draft belongs. */
  place: string;
  serverDraft: ServerDraft | null;
  saveDraft: ((text: string) => Promise<unknown>) | null;
  running: boolean;
  onSend: (said: Said, mode: "queue" | "steer") => void;
  onStop: () => void;
  onEditLast?: () => void;
  box: RefObject<HTMLTextAreaElement | null>;
  /** What stands at the start of the bar under the text. */
  tools?: ReactNode;
}

const TOUCH = typeof window !== "undefined" && window.matchMedia("(pointer: coarse)").matches;

/** Where people write. */
export function Composer(props: ComposerProps) {
  const { t } = useTranslation("chat");
  const { running, onSend, onStop, box } = props;
  const draft = useDraft(props.place, props.serverDraft, props.saveDraft);
  const sendKey = usePreferences().send_with;
  const [attachments, setAttachments] = useState<Said["attachments"]>([]);
  const empty = draft.text.trim() === "" && attachments.length === 0;

  function send(mode: "queue" | "steer") {
    if (empty) return;
    onSend({ text: draft.text, attachments }, mode);
    draft.set("");
    setAttachments([]);
    box.current?.focus();
  }

  return (
    <form
      aria-label={t("composer")}
      onSubmit={(event) => {
        event.preventDefault();
        send("queue");
      }}
      className="rounded-2xl border border-line bg-surface shadow-raised focus-within:border-line-strong"
    >
      <textarea
        ref={box}
        dir="auto"
        rows={1}
        aria-label={t("message")}
        placeholder={running ? t("placeholder_running") : t("placeholder")}
        value={draft.text}
        onChange={(event) => draft.set(event.target.value)}
        onKeyDown={(event) => {
          const state = { sendKey, running, empty: draft.text === "", touch: TOUCH };
          const action = composerAction(pressOf(event), state);
          if (action === "send" || action === "steer") {
            event.preventDefault();
            send(action === "steer" ? "steer" : "queue");
          } else if (action === "edit_last" && props.onEditLast) {
            event.preventDefault();
            props.onEditLast();
          }
        }}
        className="field-sizing-content block max-h-[40dvh] min-h-12 w-full resize-none bg-transparent px-4 pt-3 pb-1 outline-none"
      />
      <div className="flex items-center gap-1 p-2 pt-0">
        {props.tools}
        <span className="flex-1" />
        {running && !empty ? (
          <>
            <Button size="small" look="plain" onClick={() => send("steer")} title={keysText("mod+enter")}>
              <CornerUpLeft className="mirrored size-4" aria-hidden />
              {t("steer")}
            </Button>
            <Button size="small" type="submit">
              {t("queue")}
            </Button>
          </>
        ) : null}
        {running ? (
          <IconButton label={t("stop")} look="primary" keys="Esc" onClick={onStop} className="rounded-full!">
            <Square fill="currentColor" className="size-3.5!" />
          </IconButton>
        ) : (
          <IconButton
            type="submit"
            label={t("send")}
            look="primary"
            disabled={empty}
            className="rounded-full!"
          >
            <ArrowUp />
          </IconButton>
        )}
      </div>
    </form>
  );
}

function pressOf(event: React.KeyboardEvent) {
  const { key, shiftKey, ctrlKey, metaKey, altKey, keyCode } = event;
  return { key, shiftKey, ctrlKey, metaKey, altKey, keyCode, isComposing: event.nativeEvent.isComposing };
}
