import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Select, TextArea, TextField } from "@/components/field";
import { isNetwork, LIVES, listOf } from "./bounds";

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

/** The only networks from which a key is taken. */
export function AddressesField({ value, onChange }: FieldProps) {
  const { t } = useTranslation("console");
  // While it is being typed nothing is right yet.
  const [typing, setTyping] = useState(false);
  const wrong = listOf(value).filter((each) => !isNetwork(each));
  const error =
    !typing && wrong.length > 0 ? t("keys_addresses_wrong", { wrong: wrong.join(" ") }) : undefined;
  return (
    <TextArea
      label={t("keys_addresses")}
      hint={t("keys_addresses_hint")}
      error={error}
      rows={3}
      onFocus={() => setTyping(true)}
      onBlur={() => setTyping(false)}
      dir="ltr"
      className="font-mono text-sm"
      spellCheck={false}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
