import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Select, TextArea, TextField } from "@/components/field";
import type { ChatSettings } from "@/features/chats";
import { EFFORTS } from "@/features/settings";

interface ParametersProps {
  settings: ChatSettings;
  onSave: (settings: Partial<ChatSettings>) => void;
  onClose: () => void;
}

/** What the replies of one chat are asked for with. What is left empty is left to the model. */
export default function Parameters({ settings, onSave, onClose }: ParametersProps) {
  const { t } = useTranslation("chat");
  const levels = useTranslation("settings").t;
  const [form, setForm] = useState(() => toForm(settings));
  const set = (name: keyof Form) => (event: { target: { value: string } }) =>
    setForm((before) => ({ ...before, [name]: event.target.value }));
  function submit(event: FormEvent) {
    event.preventDefault();
    onSave(fromForm(form));
    onClose();
  }
  return (
    <Dialog
      title={t("parameters")}
      onClose={onClose}
      actions={
        <>
          <Button look="plain" className="me-auto" onClick={() => setForm(toForm(NOTHING))}>
            {t("parameters_reset")}
          </Button>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" type="submit" form="chat-parameters">
            {t("save")}
          </Button>
        </>
      }
    >
      <form id="chat-parameters" onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-sm text-ink-faint">{t("parameters_text")}</p>
        <TextArea
          label={t("instructions")}
          hint={t("instructions_hint")}
          rows={5}
          maxLength={200_000}
          value={form.instructions}
          onChange={set("instructions")}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            {...{ type: "number", min: 0, max: 2, step: "any", inputMode: "decimal", dir: "ltr" }}
            label={t("temperature")}
            hint={t("temperature_hint")}
            value={form.temperature}
            onChange={set("temperature")}
          />
          <TextField
            {...{ type: "number", min: 0, max: 1, step: "any", inputMode: "decimal", dir: "ltr" }}
            label={t("top_p")}
            hint={t("top_p_hint")}
            value={form.top_p}
            onChange={set("top_p")}
          />
          <TextField
            {...{ type: "number", min: 1, max: 2147483647, step: 1, inputMode: "numeric", dir: "ltr" }}
            label={t("max_output_tokens")}
            hint={t("max_output_tokens_hint")}
            value={form.max_output_tokens}
            onChange={set("max_output_tokens")}
          />
          <Select
            label={t("effort")}
            hint={t("effort_hint")}
            value={form.reasoning_effort}
            onChange={set("reasoning_effort")}
          >
            <option value="">{t("effort_model")}</option>
            {EFFORTS.map((each) => (
              <option key={each} value={each}>
                {levels(`effort_${each}`)}
              </option>
            ))}
          </Select>
        </div>
      </form>
    </Dialog>
  );
}

type Form = Record<Exclude<keyof ChatSettings, "model">, string>;

const NOTHING: ChatSettings = {
  model: null,
  instructions: null,
  temperature: null,
  top_p: null,
  max_output_tokens: null,
  reasoning_effort: null,
};

function toForm(settings: ChatSettings): Form {
  return {
    instructions: settings.instructions ?? "",
    temperature: settings.temperature?.toString() ?? "",
    top_p: settings.top_p?.toString() ?? "",
    max_output_tokens: settings.max_output_tokens?.toString() ?? "",
    reasoning_effort: settings.reasoning_effort ?? "",
  };
}

function fromForm(form: Form): Partial<ChatSettings> {
  const number = (text: string) => (text.trim() === "" ? null : Number(text));
  return {
    instructions: form.instructions.trim() === "" ? null : form.instructions,
    temperature: number(form.temperature),
    top_p: number(form.top_p),
    max_output_tokens: number(form.max_output_tokens),
    // The menu holds no other value.
    reasoning_effort: (form.reasoning_effort || null) as ChatSettings["reasoning_effort"],
  };
}
