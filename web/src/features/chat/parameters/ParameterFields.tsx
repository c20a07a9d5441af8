import { useTranslation } from "react-i18next";
import { Select, TextArea, TextField } from "@/components/field";
import { EFFORTS } from "@/features/settings";
import { BOUNDS, type Form } from "./form";

/** What a reply was made with, where it says so. */
export interface InForce {
  temperature?: number | null;
  top_p?: number | null;
  max_output_tokens?: number | null;
}

interface ParameterFieldsProps {
  form: Form;
  inForce: InForce;
  onChange: (form: Form) => void;
}

/** The fields: what is empty is left to the model, and shows what was in force last. */
export function ParameterFields({ form, inForce, onChange }: ParameterFieldsProps) {
  const { t } = useTranslation("chat");
  const settings = useTranslation("settings").t;
  const set = (name: keyof Form) => (event: { target: { value: string } }) =>
    onChange({ ...form, [name]: event.target.value });
  const number = (name: "temperature" | "top_p" | "max_output_tokens") => ({
    ...{
      type: "number",
      min: BOUNDS[name][0],
      max: BOUNDS[name][1],
      dir: "ltr" as const,
      label: t(name),
      hint: t(`${name}_hint`),
    },
    ...{ value: form[name], onChange: set(name) },
    placeholder: inForce[name]?.toString() ?? settings("of_the_model"),
  });
  const slider = (name: "temperature" | "top_p") => (
    <input
      type="range"
      // The field below says the same to those who do not see it.
      aria-hidden
      tabIndex={-1}
      min={BOUNDS[name][0]}
      max={BOUNDS[name][1]}
      step={0.05}
      value={form[name] || (inForce[name]?.toString() ?? "1")}
      onChange={set(name)}
      className="mt-2 w-full accent-accent"
    />
  );
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-faint">{t("parameters_text")}</p>
      <TextArea
        label={t("instructions")}
        hint={t("instructions_hint")}
        rows={5}
        maxLength={200_000}
        value={form.instructions}
        onChange={set("instructions")}
      />
      <div>
        <TextField {...number("temperature")} step="any" inputMode="decimal" />
        {slider("temperature")}
      </div>
      <div>
        <TextField {...number("top_p")} step="any" inputMode="decimal" />
        {slider("top_p")}
      </div>
      <TextField {...number("max_output_tokens")} step={1} inputMode="numeric" />
      <Select
        label={t("effort")}
        hint={t("effort_hint")}
        value={form.reasoning_effort}
        onChange={set("reasoning_effort")}
      >
        <option value="">{t("effort_model")}</option>
        {EFFORTS.map((each) => (
          <option key={each} value={each}>
            {settings(`effort_${each}`)}
          </option>
        ))}
      </Select>
    </div>
  );
}
