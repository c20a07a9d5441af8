import { ChevronDown } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Popover } from "@/components/overlays/popover";
import { Loading } from "@/components/states";
import type { Assistant } from "@/features/library";
import { cx } from "@/lib/class-names";
import { useModelCommands } from "./use-model-commands";

/** Loaded when somebody chooses. */
export const ModelChoices = lazy(() =>
  import("./ModelChoices").then((module) => ({ default: module.ModelChoices })),
);

/** Wide enough for most names, and never wider than a phone. */
export const PICKER = "flex w-88 flex-col overflow-hidden!";

interface ModelPickerProps {
  /** Null is the installation's default. */
  value: string | null;
  /** How many models are compared instead. */
  compared: number;
  /** Under a title, on a phone. */
  small?: boolean;
  onChange: (model: string | null) => void;
  onAssistant?: (assistant: Assistant) => void;
}

/** Which model answers. */
export function ModelPicker({ value, compared, small = false, onChange, onAssistant }: ModelPickerProps) {
  const { t } = useTranslation("chat");
  const [open, setOpen] = useState(false);
  const name = value && value !== "default" ? value : t("model_default");
  const shown = compared > 1 ? t("comparing", { count: compared }) : name;
  const done = (run: () => void) => {
    setOpen(false);
    run();
  };
  const choose = (model: string) => onChange(model === "default" ? null : model);
  useModelCommands(value ?? "default", choose, () => setOpen(true));
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      align="start"
      label={t("model_choose", { model: name })}
      className={PICKER}
      trigger={
        <button
          type="button"
          aria-label={t("model_choose", { model: shown })}
          className={cx(
            "flex min-w-0 items-center gap-1 self-start rounded-lg px-2 text-sm text-ink-soft hover:bg-hover hover:text-ink aria-expanded:bg-hover sm:self-center",
            small ? "min-h-7" : "min-h-9 coarse:min-h-11",
          )}
        >
          <bdi className="max-w-60 truncate">{shown}</bdi>
          <ChevronDown className="size-4 shrink-0" aria-hidden />
        </button>
      }
    >
      <Suspense fallback={<Loading className="p-2" />}>
        <ModelChoices
          label={t("models")}
          chosen={value ?? "default"}
          withDefault
          onChoose={(model) => done(() => choose(model))}
          onAssistant={onAssistant && ((assistant) => done(() => onAssistant(assistant)))}
        />
      </Suspense>
    </Popover>
  );
}
