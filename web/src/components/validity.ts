import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/**
 * What is wrong with a field when its form is sent, under the field and in the person's language: the browser's own
 * bubbles speak the browser's. The first field with a fault takes the focus, as browsers do.
 */
export function useValidity() {
  const { t } = useTranslation("shell");
  const [fault, setFault] = useState<string | null>(null);
  return {
    fault,
    onInvalid(event: FormEvent<Field>) {
      event.preventDefault();
      const field = event.currentTarget;
      const { key, ...values } = faultOf(field);
      setFault(t(key, values));
      if (field.form?.querySelector(":invalid:not(fieldset)") === field) field.focus();
    },
    /** The fault is told until something is written. */
    forget: () => setFault(null),
  };
}

export function faultOf(field: Pick<Field, "validity" | "type"> & Partial<HTMLInputElement>) {
  const { validity } = field;
  if (validity.valueMissing) return { key: "fault_missing" };
  if (validity.typeMismatch) return { key: field.type === "email" ? "fault_email" : "fault_url" };
  if (validity.tooShort) return { key: "fault_short", length: field.minLength };
  if (validity.tooLong) return { key: "fault_long", length: field.maxLength };
  if (validity.rangeUnderflow) return { key: "fault_least", least: field.min };
  if (validity.rangeOverflow) return { key: "fault_most", most: field.max };
  if (validity.badInput || validity.stepMismatch) return { key: "fault_number" };
  return { key: "fault_form" };
}
