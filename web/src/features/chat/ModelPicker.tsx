import { Check, ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Menu, MenuHeading, MenuItem } from "@/components/menu";
import { type Model, useModels } from "@/features/chats";
import { useFormat } from "@/lib/i18n/format";
import { chatModels, grouped } from "./models";

interface ModelPickerProps {
  /** Null is the installation's default. */
  value: string | null;
  onChange: (model: string | null) => void;
  align?: "start" | "end";
}

/** Which model answers. */
export function ModelPicker({ value, onChange, align = "end" }: ModelPickerProps) {
  const { t } = useTranslation("chat");
  const models = useModels();
  const name = value && value !== "default" ? value : t("model_default");
  return (
    <Menu
      align={align}
      trigger={
        <button
          type="button"
          aria-label={t("model_choose", { model: name })}
          className="flex min-h-9 min-w-0 items-center gap-1 rounded-lg px-2.5 text-sm text-ink-soft hover:bg-hover hover:text-ink coarse:min-h-11"
        >
          <bdi className="max-w-24 truncate sm:max-w-60">{name}</bdi>
          <ChevronDown className="size-4 shrink-0" aria-hidden />
        </button>
      }
    >
      <ModelItems
        models={models.data ?? []}
        chosen={value ?? "default"}
        onChoose={(model) => onChange(model === "default" ? null : model)}
      />
      {models.isError ? <p className="px-2.5 py-2 text-sm text-bad">{t("models_failed")}</p> : null}
      {models.isPending ? <p className="px-2.5 py-2 text-sm text-ink-faint">{t("models_loading")}</p> : null}
    </Menu>
  );
}

interface ModelItemsProps {
  models: readonly Model[];
  chosen: string | null;
  onChoose: (model: string) => void;
}

/** The models as items of a menu, by maker. */
export function ModelItems({ models, chosen, onChoose }: ModelItemsProps) {
  return grouped(chatModels(models)).map((group) => (
    <div key={group.name}>
      {group.name ? <MenuHeading>{group.name}</MenuHeading> : null}
      {group.models.map((model) => (
        <MenuItem key={model.id} onSelect={() => onChoose(model.id)}>
          <Check className={model.id === chosen ? "" : "invisible"} aria-hidden />
          <ModelLine model={model} mark={model.id === chosen} />
        </MenuItem>
      ))}
    </div>
  ));
}

/** A model's name, and what tells it from others. */
export function ModelLine({ model, mark = false }: { model: Model; mark?: boolean }): ReactNode {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const { alias_of, parameters, context_length } = model.earthshine;
  const facts = [
    model.id === "default" ? alias_of : null,
    parameters
      ? t("model_parameters", {
          number: format.number(parameters, { notation: "compact", maximumFractionDigits: 1 }),
        })
      : null,
    context_length ? t("model_context", { number: format.number(context_length) }) : null,
  ].filter((fact) => fact !== null);
  return (
    <span className="flex min-w-0 flex-col">
      <bdi className="truncate">{model.id === "default" ? t("model_default") : model.id}</bdi>
      {facts.length ? <span className="text-xs text-ink-faint">{facts.join(" · ")}</span> : null}
      {mark ? <span className="sr-only">{t("model_chosen")}</span> : null}
    </span>
  );
}
