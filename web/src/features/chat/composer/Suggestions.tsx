import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { Failure, Loading } from "@/components/states";
import { type Assistant, type Prompt, useLibrary } from "@/features/library";
import { ranked } from "@/features/palette";
import { ALIGNED, cx } from "@/lib/class-names";
import { ChoiceList, type Choices, useChoices } from "../models/ChoiceList";
import { AssistantLine } from "../models/ModelChoices";
import type { SuggestionQuery } from "./suggestion-query";

export interface SuggestionsHandle {
  /** Acts on a key of the message box; tells whether it did. */
  press(key: string): boolean;
}

interface SuggestionsProps {
  query: SuggestionQuery;
  onPrompt: (prompt: Prompt) => void;
  onAssistant: (assistant: Assistant) => void;
  /** Tells the message box what it points to. */
  onAria: (aria: Choices["aria"] | null) => void;
  handle: Ref<SuggestionsHandle>;
}

/** Heights in pixels: of the page's head, and of a list that is full. */
const HEAD = 56;
const MOST = 330;

/** At the message box: what fits the `/` or `@` that is being written. The focus stays in the box. */
export default function Suggestions({ query, onPrompt, onAssistant, onAria, handle }: SuggestionsProps) {
  const { t } = useTranslation("chat");
  const library = useTranslation("library").t;
  const prompting = query.kind === "prompts";
  const prompts = useLibrary("prompts", { enabled: prompting });
  const assistants = useLibrary("assistants", { enabled: !prompting });
  const { data, error, refetch } = prompting ? prompts : assistants;
  const fitting = <T,>(all: readonly T[] | undefined, text: (one: T) => string) =>
    query.typed.trim() ? ranked(query.typed, all ?? [], text) : (all ?? []);
  const list = prompting
    ? fitting(prompts.data, (each) => `${each.name} ${each.text}`).map((each) => ({
        ...{ id: each.id, section: "", content: <PromptLine prompt={each} /> },
        run: () => onPrompt(each),
      }))
    : fitting(assistants.data, (each) => each.name).map((each) => ({
        ...{ id: each.id, section: "", content: <AssistantLine assistant={each} /> },
        run: () => onAssistant(each),
      }));
  const choices = useChoices(list);
  // While they are on their way, Enter must not send what was meant to choose.
  useImperativeHandle(handle, () => ({
    press: (key) => (!data && !error && key === "Enter") || choices.press(key),
  }));
  const some = list.length > 0;
  const active = choices.aria["aria-activedescendant"];
  const controls = choices.aria["aria-controls"];
  useEffect(() => {
    onAria(some ? { "aria-controls": controls, "aria-activedescendant": active } : null);
    return () => onAria(null);
  }, [some, controls, active, onAria]);
  const box = useRef<HTMLDivElement>(null);
  const [below, setBelow] = useState(false);
  useLayoutEffect(() => {
    const form = box.current?.parentElement?.getBoundingClientRect();
    // Where a chat begins, the message box may stand right under the head of the page.
    if (form) setBelow(form.top - HEAD < MOST && window.innerHeight - form.bottom > form.top - HEAD);
  }, []);
  const none = data?.length === 0;
  const label = library(query.kind);
  return (
    <>
      <p role="status" className="sr-only">
        {data ? t("suggestions_found", { count: list.length }) : ""}
      </p>
      {some || !data || (none && query.typed === "") ? (
        <div
          ref={box}
          className={cx(
            "absolute inset-x-0 z-30 max-h-[min(20rem,40dvh)] overflow-y-auto rounded-xl border border-line bg-raised p-1 shadow-raised",
            below ? "top-full mt-2" : "bottom-full mb-2",
          )}
        >
          <p aria-hidden className="px-2.5 pt-1 pb-1 text-xs font-medium text-ink-faint">
            {label}
          </p>
          {some ? <ChoiceList label={label} choices={choices} /> : null}
          {error && !data ? <Failure error={error} retry={() => void refetch()} /> : null}
          {!data && !error ? <Loading className="p-2" /> : null}
          {none ? (
            <p className="px-2.5 py-2 text-sm text-ink-soft">
              {library(prompting ? "no_prompts" : "no_assistants")} ·
              <Link
                href={`/library/${query.kind}`}
                onMouseDown={(event) => event.preventDefault()}
                className="text-accent underline"
              >
                {library(prompting ? "new_prompt" : "new_assistant")}
              </Link>
            </p>
          ) : null}
        </div>
      ) : null}
    </>
  );
}

function PromptLine({ prompt }: { prompt: Prompt }) {
  return (
    <span className="flex min-w-0 flex-1 flex-col">
      <span dir="auto" className={cx("truncate font-medium", ALIGNED)}>
        <BidiLine text={prompt.name} />
      </span>
      <span dir="auto" className={cx("truncate text-sm text-ink-soft", ALIGNED)}>
        <BidiLine text={prompt.text.slice(0, 300)} />
      </span>
    </span>
  );
}
