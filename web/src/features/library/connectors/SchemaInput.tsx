import { useTranslation } from "react-i18next";
import { Select, Switch, TextArea, TextField } from "@/components/field";
import type { SchemaField } from "./schema";

interface SchemaInputProps {
  field: SchemaField;
  value: string | boolean | undefined;
  error: string | null;
  onChange: (value: string | boolean) => void;
}

/** One thing that a tool is called with. */
export function SchemaInput({ field, value, error, onChange }: SchemaInputProps) {
  const { t } = useTranslation("library");
  const { label, hint, kind, required, whole } = field;
  const text = typeof value === "string" ? value : "";
  const typed = {
    ...{ label, required, error, value: text },
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  switch (kind) {
    case "switch":
      return <Switch label={label} hint={hint} checked={value === true} onChange={onChange} />;
    case "number":
      return <TextField type="number" step={whole ? 1 : "any"} dir="ltr" hint={hint} {...typed} />;
    case "choice":
      return (
        <Select hint={hint} {...typed}>
          <option value="">{required ? "" : t("no_choice")}</option>
          {field.choices.map((choice, place) => (
            <option key={String(choice)} value={place}>
              {String(choice)}
            </option>
          ))}
        </Select>
      );
    case "json":
      return (
        <TextArea
          rows={2}
          dir="ltr"
          className="font-mono"
          hint={[hint, t("json_hint")].filter(Boolean).join(" ")}
          {...typed}
        />
      );
    case "text":
      return <TextField hint={hint} {...typed} />;
  }
}
