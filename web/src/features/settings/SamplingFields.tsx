import { useTranslation } from "react-i18next";
import { Select, TextField } from "@/components/field";
import { EFFORTS } from "./efforts";
import type { Sampling } from "./preferences";

interface Props {
  value: Sampling;
  onChange: (value: Sampling) => void;
}

/** How replies are made. Empty fields leave it to the model. */
export function SamplingFields({ value, onChange }: Props) {
  const { t } = useTranslation("settings");
  const field = (name: "temperature" | "top_p" | "max_output_tokens", max: number, step: string, min = 0) => (
    <TextField
      key={name}
      label={t(name)}
      hint={t(`${name}_hint`)}
      type="number"
      dir="ltr"
      inputMode="decimal"
      min={min}
      max={max}
      step={step}
      placeholder={t("of_the_model")}
      defaultValue={value[name] ?? ""}
      onBlur={(event) => {
        const { valueAsNumber, validity } = event.target;
        const next = Number.isNaN(valueAsNumber) ? null : valueAsNumber;
        if (validity.valid && next !== value[name]) onChange({ ...value, [name]: next });
      }}
    />
  );
  return (
    <div className="grid gap-4 pt-2 sm:grid-cols-2">
      {field("temperature", 2, "any")}
      {field("top_p", 1, "any")}
      {field("max_output_tokens", 2 ** 31 - 1, "1", 1)}
      <Select
        label={t("reasoning_effort")}
        hint={t("reasoning_effort_hint")}
        value={value.reasoning_effort ?? ""}
        onChange={(event) =>
          onChange({
            ...value,
            reasoning_effort: (event.target.value || null) as Sampling["reasoning_effort"],
          })
        }
      >
        <option value="">{t("of_the_model")}</option>
        {EFFORTS.map((effort) => (
          <option key={effort} value={effort}>
            {t(`effort_${effort}`)}
          </option>
        ))}
      </Select>
    </div>
  );
}
