import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Select, Switch, TextArea, TextField } from "@/components/field";
import { Loading } from "@/components/states";
import { chatModelNames, useModels } from "@/features/chats";
import { NO_SAMPLING, SamplingFields } from "@/features/settings";
import { ToolSwitches } from "@/features/tools";
import { EditorDialog } from "../EditorDialog";
import { IconAndName } from "../IconAndName";
import type { Assistant } from "../queries";
import { useEditor } from "../use-editor";

interface Props {
  assistant: Assistant | null;
  onClose: () => void;
}

export function AssistantEditor({ assistant, onClose }: Props) {
  const { t } = useTranslation("library");
  const { data: models } = useModels();
  const { fields, change, dialog } = useEditor(
    "assistants",
    assistant,
    {
      name: assistant?.name ?? "",
      icon: assistant?.icon ?? "",
      description: assistant?.description ?? "",
      instructions: assistant?.instructions ?? "",
      model: assistant?.model ?? null,
      settings: assistant?.settings ?? NO_SAMPLING,
      tools: assistant?.tools ?? [],
      starters: assistant?.starters ?? [],
      shared: assistant?.shared ?? false,
    },
    onClose,
  );
  const known = chatModelNames(models ?? []);
  const choices = fields.model && !known.includes(fields.model) ? [fields.model, ...known] : known;
  const starters = fields.starters.join("\n");
  return (
    <EditorDialog title={assistant ? t("edit_assistant") : t("new_assistant")} {...dialog}>
      <IconAndName icon={fields.icon} name={fields.name} onChange={change} />
      <TextField
        label={t("description")}
        maxLength={1000}
        value={fields.description}
        onChange={(event) => change({ description: event.target.value })}
      />
      <TextArea
        label={t("instructions")}
        hint={t("instructions_hint")}
        rows={6}
        value={fields.instructions}
        onChange={(event) => change({ instructions: event.target.value })}
      />
      <TextArea
        label={t("starters")}
        hint={t("starters_hint")}
        rows={3}
        value={starters}
        onChange={(event) => change({ starters: linesOf(event.target.value) })}
        onBlur={() => change({ starters: fields.starters.map((line) => line.trim()).filter(Boolean) })}
      />
      <Select
        label={t("model")}
        value={fields.model ?? ""}
        onChange={(event) => change({ model: event.target.value || null })}
      >
        <option value="">{t("model_default")}</option>
        {choices.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </Select>
      <fieldset className="flex flex-col gap-3">
        <legend className="mb-2 text-sm font-medium">{t("tools")}</legend>
        <Suspense fallback={<Loading className="p-2" />}>
          <ToolSwitches on={fields.tools} onChange={(tools) => change({ tools })} />
        </Suspense>
      </fieldset>
      <details>
        <summary className="min-h-8 font-medium">{t("parameters")}</summary>
        <SamplingFields value={fields.settings} onChange={(settings) => change({ settings })} />
      </details>
      <Switch
        label={t("share_with_project")}
        hint={t("share_with_project_hint")}
        checked={fields.shared}
        onChange={(shared) => change({ shared })}
      />
    </EditorDialog>
  );
}

/** One starter to a line, eight at most; the line that is being written may be empty. */
function linesOf(text: string): string[] {
  return text === "" ? [] : text.split("\n").slice(0, 8);
}
