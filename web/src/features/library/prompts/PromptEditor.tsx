import { useTranslation } from "react-i18next";
import { Switch, TextArea, TextField } from "@/components/field";
import { EditorDialog } from "../EditorDialog";
import type { Prompt } from "../queries";
import { useEditor } from "../use-editor";
import { VariableNames } from "./VariableNames";
import { variables } from "./variables";

export function PromptEditor({ prompt, onClose }: { prompt: Prompt | null; onClose: () => void }) {
  const { t } = useTranslation("library");
  const { fields, change, dialog } = useEditor(
    "prompts",
    prompt,
    { name: prompt?.name ?? "", text: prompt?.text ?? "", shared: prompt?.shared ?? false },
    onClose,
  );
  return (
    <EditorDialog title={prompt ? t("edit_prompt") : t("new_prompt")} {...dialog}>
      <TextField
        label={t("name")}
        required
        maxLength={256}
        value={fields.name}
        onChange={(event) => change({ name: event.target.value })}
      />
      <div>
        <TextArea
          label={t("text")}
          hint={t("text_hint", { example: "{{topic}}" })}
          required
          rows={8}
          value={fields.text}
          onChange={(event) => change({ text: event.target.value })}
        />
        <VariableNames names={variables(fields.text)} />
      </div>
      <Switch
        label={t("share_with_project")}
        hint={t("share_with_project_hint")}
        checked={fields.shared}
        onChange={(shared) => change({ shared })}
      />
    </EditorDialog>
  );
}
