import { Plus } from "lucide-react";
import { type ComponentType, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { SecretForm, SecretValue } from "../components/SecretForm";
import type { NewKey } from "./queries";

/** What a form needs that makes a key. */
export interface KeyFormProps {
  onClose: () => void;
  onMade: (key: NewKey | null) => void;
}

/** A form that makes a key, and then the key's value, which nobody can show again. */
export function KeyMaker({
  form,
  onClose,
}: {
  form: (onMade: KeyFormProps["onMade"]) => ReactNode;
  onClose: () => void;
}) {
  const { t } = useTranslation("console");
  return (
    <SecretForm<NewKey>
      form={form}
      told={(key) => (
        <SecretValue
          title={t("secret_title", { name: key.name })}
          text={t("secret_text")}
          value={key.value}
          copy={t("secret_copy")}
          onClose={onClose}
        />
      )}
      onClose={onClose}
    />
  );
}

/** The button that opens such a form. */
export function NewKeyButton({ label, Form }: { label: string; Form: ComponentType<KeyFormProps> }) {
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <div>
      <Button look="primary" onClick={() => setOpen(true)}>
        <Plus className="size-4" aria-hidden />
        {label}
      </Button>
      {open ? <KeyMaker form={(onMade) => <Form onClose={close} onMade={onMade} />} onClose={close} /> : null}
    </div>
  );
}
