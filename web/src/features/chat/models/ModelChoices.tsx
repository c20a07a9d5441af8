import { Bot, Brain, Check, Eye, Search } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { type Model, useModels } from "@/features/chats";
import { type Assistant, useLibrary } from "@/features/library";
import { ranked } from "@/features/palette";
import { useFormat } from "@/lib/i18n/format";
import { type Choice, ChoiceList, useChoices } from "./ChoiceList";
import { grouped } from "./models";

/** So many are seen at once; among more, one searches. */
const FEW = 8;

interface ModelChoicesProps {
  label: string;
  chosen: string | null;
  onChoose: (model: string) => void;
  /** Whether the installation's default is one of them. */
  withDefault?: boolean;
  /** Also lists assistants, which bring their model. */
  onAssistant?: (assistant: Assistant) => void;
}

/** All that can answer, to choose one from: models by their servers, and the person's assistants. */
export function ModelChoices({
  label,
  chosen,
  onChoose,
  withDefault = false,
  onAssistant,
}: ModelChoicesProps) {
  const { t } = useTranslation("chat");
  const library = useTranslation("library").t;
  const { data: models = [], isError, isPending } = useModels();
  const assistants = useLibrary("assistants", { enabled: onAssistant !== undefined }).data ?? [];
  const [typed, setTyped] = useState("");
  const ofModel = (model: Model, section: string): Choice & { text: string } => ({
    id: `model-${model.id}`,
    section,
    text: `${model.id} ${model.earthshine.alias_of ?? ""} ${model.earthshine.family}`,
    chosen: model.id === chosen,
    content: <ModelLine model={model} chosen={model.id === chosen} />,
    run: () => onChoose(model.id),
  });
  const standard = withDefault ? models.filter((each) => each.id === "default") : [];
  const all = [
    ...standard.map((each) => ofModel(each, "")),
    ...grouped(models).flatMap((group) =>
      group.models.map((each) =>
        ofModel(each, group.server === null ? t("models_here") : group.server || t("models_elsewhere")),
      ),
    ),
    ...(onAssistant ? assistants : []).map((each) => ({
      id: `assistant-${each.id}`,
      section: library("assistants"),
      text: each.name,
      chosen: false,
      content: <AssistantLine assistant={each} />,
      run: () => onAssistant?.(each),
    })),
  ];
  const many = all.length > FEW;
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // A phone's keyboard waits until it is wanted.
    if (many && !window.matchMedia("(pointer: coarse)").matches) field.current?.focus();
  }, [many]);
  const choices = useChoices(many && typed.trim() ? ranked(typed, all, (each) => each.text) : all);
  function onKeyDown(event: KeyboardEvent) {
    // Tab leads on, as everywhere.
    if (event.nativeEvent.isComposing || event.key === "Tab") return;
    if (choices.press(event.key)) event.preventDefault();
  }
  return (
    <div className="flex max-h-[inherit] flex-col">
      {many ? (
        <div className="flex items-center gap-2 border-b border-line px-3">
          <Search className="size-4 shrink-0 text-ink-faint" aria-hidden />
          <input
            ref={field}
            role="combobox"
            aria-expanded={choices.list.length > 0}
            aria-autocomplete="list"
            {...choices.aria}
            aria-label={t("models_find")}
            placeholder={t("models_find")}
            dir="auto"
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={onKeyDown}
            className="min-h-11 min-w-0 flex-1 bg-transparent outline-none"
          />
        </div>
      ) : null}
      <div className="min-h-0 flex-1 overflow-y-auto p-1">
        <ChoiceList label={label} choices={choices} onKeyDown={many ? undefined : onKeyDown} />
        {isError ? <p className="px-2.5 py-2 text-sm text-bad">{t("models_failed")}</p> : null}
        {isPending ? <p className="px-2.5 py-2 text-sm text-ink-faint">{t("models_loading")}</p> : null}
        {models.length > 0 && choices.list.length === 0 ? (
          <p role="status" className="px-2.5 py-2 text-sm text-ink-faint">
            {t("models_none")}
          </p>
        ) : null}
      </div>
    </div>
  );
}

/** A model's name, and what tells it from others. */
export function ModelLine({ model, chosen }: { model: Model; chosen?: boolean }): ReactNode {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const { alias_of, parameters, context_length, abilities } = model.earthshine;
  const short = (value: number) => format.number(value, { notation: "compact", maximumFractionDigits: 1 });
  const facts = [
    model.id === "default" ? alias_of : null,
    parameters ? t("model_parameters", { number: short(parameters) }) : null,
    context_length ? t("model_context", { number: short(context_length) }) : null,
  ].filter((fact) => fact !== null);
  return (
    <>
      <span className="flex min-w-0 flex-1 flex-col">
        <bdi className="truncate">{model.id === "default" ? t("model_default") : model.id}</bdi>
        {facts.length ? <bdi className="text-xs text-ink-faint">{facts.join(" · ")}</bdi> : null}
      </span>
      <Mark shown={abilities.includes("vision")} icon={<Eye />} name={t("model_sees")} />
      <Mark shown={abilities.includes("reasoning")} icon={<Brain />} name={t("model_thinks")} />
      {chosen === undefined ? null : (
        <Check className={`size-4 shrink-0 text-accent ${chosen ? "" : "invisible"}`} aria-hidden />
      )}
    </>
  );
}

function Mark({ shown, icon, name }: { shown: boolean; icon: ReactNode; name: string }) {
  if (!shown) return null;
  return (
    <span title={name} className="shrink-0 text-ink-faint [&_svg]:size-4">
      <span aria-hidden>{icon}</span>
      <span className="sr-only">{name}</span>
    </span>
  );
}

export function AssistantLine({ assistant }: { assistant: Assistant }) {
  return (
    <>
      <span aria-hidden className="grid size-5 shrink-0 place-items-center text-ink-faint [&_svg]:size-4">
        {assistant.icon || <Bot />}
      </span>
      <span className="flex min-w-0 flex-1 flex-col">
        <bdi className="truncate">
          <BidiLine text={assistant.name} />
        </bdi>
        {assistant.description ? (
          <bdi className="truncate text-xs text-ink-faint">
            <BidiLine text={assistant.description} />
          </bdi>
        ) : null}
      </span>
    </>
  );
}
