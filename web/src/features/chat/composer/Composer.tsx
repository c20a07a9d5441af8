import { X } from "lucide-react";
import {
  lazy,
  type ReactNode,
  type RefObject,
  Suspense,
  useCallback,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { DropHint, useDroppedFiles } from "@/features/files";
import { type Assistant, AssistantBadge, type Prompt, PromptVariables } from "@/features/library";
import { usePreferences } from "@/features/settings";
import type { ServerDraft } from "../drafts/drafts";
import { type SaveDraft, useDraft } from "../drafts/use-draft";
import type { Choices } from "../models/ChoiceList";
import { NeedsEyes } from "../pictures/NeedsEyes";
import type { MessageContent } from "../turns/input";
import { AttachButton } from "./AttachButton";
import { AttachmentBar } from "./AttachmentBar";
import { COMPOSING, composerAction } from "./keys";
import { SendButtons } from "./SendButtons";
import type { SuggestionsHandle } from "./Suggestions";
import { suggestionQueryIn } from "./suggestion-query";
import { useAttachments } from "./use-attachments";
import { WaitingForFiles } from "./WaitingForFiles";

const Suggestions = lazy(() => import("./Suggestions"));

export interface ComposerHandle {
  focus(): void;
  insert(text: string): void;
  /** Gives a message back that was not sent. */
  giveBack(content: MessageContent): void;
}

/** Whether a message waits for the reply that is being written, or stops it. */
type Mode = "queue" | "steer";

export interface ComposerProps {
  handle: RefObject<ComposerHandle | null>;
  /** Where the draft belongs; null where nothing may be kept. */
  place: string | null;
  /** Null while it is not known what the server has. */
  serverDraft: ServerDraft | null;
  /** Stores the draft at the server; null where it may not be stored. */
  saveDraft: SaveDraft | null;
  running: boolean;
  /** Whether the model takes images. */
  seesImages: boolean;
  /** Makes another model answer. */
  onModel: (model: string) => void;
  /** The assistant that the message is for. */
  assistant?: Assistant | null;
  /** Makes another assistant answer, or none; without it there is no `@`. */
  onAssistant?: (assistant: Assistant | null) => void;
  /** What stands above the text. */
  above?: ReactNode;
  onSend: (content: MessageContent, mode: Mode) => void;
  onStop: () => void;
  onEditLast?: () => void;
  /** What stands in the bar under the text. */
  children?: ReactNode;
}

const TOUCH = typeof window !== "undefined" && window.matchMedia("(pointer: coarse)").matches;

/** Where people write. */
export function Composer(props: ComposerProps) {
  const { t } = useTranslation("chat");
  const { running, onSend } = props;
  const draft = useDraft(props.place, props.serverDraft, props.saveDraft);
  /** How the message is sent when its files are there; null while it is being written. */
  const [waiting, wait] = useState<Mode | null>(null);
  const files = useAttachments(props.place, props.seesImages, () => wait(null));
  const sendKey = usePreferences().send_with;
  const box = useRef<HTMLTextAreaElement>(null);
  const [asked, ask] = useState<Prompt | null>(null);
  const [focused, setFocused] = useState(false);
  const [dismissed, dismiss] = useState(false);
  const suggestions = useRef<SuggestionsHandle>(null);
  const [aria, setAria] = useState<Choices["aria"] | null>(null);
  const { onAssistant } = props;
  const looked = suggestionQueryIn(draft.text);
  const query = looked?.kind === "assistants" && !onAssistant ? null : looked;
  const suggesting = query !== null && focused && !dismissed;
  if (dismissed && !looked) dismiss(false);
  const empty = draft.text.trim() === "" && files.attachments.length === 0 && !files.busy;

  function insert(text: string) {
    draft.set(draft.text.trim() === "" || suggestionQueryIn(draft.text) ? text : `${draft.text}\n${text}`);
    box.current?.focus();
  }
  useImperativeHandle(props.handle, () => ({
    focus: () => box.current?.focus(),
    insert,
    giveBack(content) {
      if (content.text) insert(content.text);
      if (content.attachments.length > 0) files.giveBack(content.attachments);
    },
  }));

  function choosePrompt(prompt: Prompt) {
    if (prompt.variables.length > 0) ask(prompt);
    else draft.set(prompt.text);
  }
  function chooseAssistant(assistant: Assistant) {
    draft.set("");
    onAssistant?.(assistant);
  }

  function send(mode: Mode) {
    if (empty) return;
    if (files.unseen) return toast(t(files.seeing ? "model_blind" : "all_models_blind"), { kind: "error" });
    if (files.busy) return wait(mode);
    onSend({ text: draft.text, attachments: files.attachments }, mode);
    draft.set("");
    files.clear();
    box.current?.focus();
  }
  useEffect(() => {
    if (waiting === null || (files.busy && !files.failed)) return;
    wait(null);
    if (files.failed) toast(t("waiting_failed", { file: files.failed.name }), { kind: "error" });
    else send(waiting);
  });

  function onKeyDown(event: React.KeyboardEvent) {
    const { key, shiftKey, ctrlKey, metaKey, altKey, keyCode, nativeEvent } = event;
    if (waiting && key === "Escape") {
      wait(null);
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (suggesting && !nativeEvent.isComposing && keyCode !== COMPOSING) {
      const plain = !shiftKey && !ctrlKey && !metaKey && !altKey;
      if (key === "Escape") dismiss(true);
      if (key === "Escape" || (plain && suggestions.current?.press(key))) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
    }
    const press = { key, shiftKey, ctrlKey, metaKey, altKey, keyCode, isComposing: nativeEvent.isComposing };
    const action = composerAction(press, { sendKey, running, empty: draft.text === "", touch: TOUCH });
    if (!action || (action === "edit_last" && !props.onEditLast)) return;
    event.preventDefault();
    if (action === "edit_last") props.onEditLast?.();
    else send(action === "steer" ? "steer" : "queue");
  }

  const { add } = files;
  const latest = useRef(add);
  latest.current = add;
  const over = useDroppedFiles(useCallback((list: readonly File[]) => void latest.current(list), []));

  const invitation = t(TOUCH || !onAssistant ? "placeholder" : "placeholder_keys");
  return (
    <>
      <form
        aria-label={t("composer")}
        onSubmit={(event) => {
          event.preventDefault();
          send("queue");
        }}
        className="relative rounded-2xl border border-line bg-surface shadow-raised focus-within:border-line-strong"
      >
        {suggesting ? (
          <Suspense>
            <Suggestions
              query={query}
              onPrompt={choosePrompt}
              onAssistant={chooseAssistant}
              onAria={setAria}
              handle={suggestions}
            />
          </Suspense>
        ) : null}
        {props.assistant && onAssistant ? (
          <div className="flex px-3 pt-3">
            <span className="flex min-w-0 items-center rounded-full bg-accent-soft">
              <AssistantBadge id={props.assistant.id} className="bg-transparent! pe-0!" />
              <IconButton
                label={t("assistant_leave", { assistant: props.assistant.name })}
                onClick={() => onAssistant(null)}
                className="size-7! rounded-full! coarse:size-9!"
              >
                <X className="size-3.5!" />
              </IconButton>
            </span>
          </div>
        ) : null}
        {props.above}
        <AttachmentBar {...files} onRemove={files.remove} />
        {files.unseen ? <NeedsEyes other={files.seeing} onModel={props.onModel} /> : null}
        {waiting ? <WaitingForFiles onEnd={() => wait(null)} /> : null}
        <textarea
          ref={box}
          dir="auto"
          rows={1}
          aria-label={t("message")}
          placeholder={running ? t("placeholder_running") : invitation}
          {...(aria ? { ...aria, "aria-autocomplete": "list" as const } : {})}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
          value={draft.text}
          readOnly={waiting !== null}
          onChange={(event) => draft.set(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            if (event.clipboardData.files.length === 0) return;
            event.preventDefault();
            void files.add([...event.clipboardData.files]);
          }}
          className="field-sizing-content block max-h-[40dvh] min-h-12 w-full resize-none bg-transparent px-4 pt-3 pb-1 outline-none"
        />
        <div className="flex flex-wrap items-center gap-1 p-2 pt-0">
          <AttachButton camera={files.seeing !== undefined} onFiles={(list) => void files.add(list)} />
          {props.children}
          <span className="flex-1" />
          <SendButtons
            running={running}
            disabled={empty || waiting !== null}
            onSteer={() => send("steer")}
            onStop={props.onStop}
          />
        </div>
      </form>
      {over ? <DropHint /> : null}
      {/* Beside the form: its own forms must not stand in this one. */}
      {asked ? (
        <Suspense>
          <PromptVariables prompt={asked} onInsert={insert} onClose={() => ask(null)} />
        </Suspense>
      ) : null}
    </>
  );
}
