import { useTranslation } from "react-i18next";
import { Select, TextArea, TextField } from "@/components/field";
import { LIVES } from "./bounds";

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
}

export function NameField({ value, onChange, hint }: FieldProps & { hint?: string }) {
  const { t } = useTranslation("console");
  return (
    <TextField
      label={t("name")}
      hint={hint}
      required
      maxLength={100}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** How long a key lives. */
export function LifeField({ value, onChange }: FieldProps) {
  const { t } = useTranslation("console");
  return (
    <Select label={t("expires")} value={value} onChange={(event) => onChange(event.target.value)}>
      {LIVES.map((each) => (
        <option key={each.id} value={each.id}>
          {t(`life_${each.id}`)}
        </option>
      ))}
    </Select>
  );
}

/** The only models that a key may ask. */
export function ModelsField(props: FieldProps) {
  const { t } = useTranslation("console");
  return <NamesField label={t("keys_models")} hint={t("keys_models_hint")} {...props} />;
}

/** The only networks from which a key is taken. */
export function AddressesField(props: FieldProps) {
  const { t } = useTranslation("console");
  return <NamesField label={t("keys_addresses")} hint={t("keys_addresses_hint")} {...props} />;
}

function NamesField({ label, hint, value, onChange }: FieldProps & { label: string; hint: string }) {
  return (
    <TextArea
      label={label}
      hint={hint}
      rows={2}
      dir="ltr"
      className="font-mono text-sm"
      spellCheck={false}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
