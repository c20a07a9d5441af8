import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/overlays/dialog";
import { CopyButton } from "./code/CopyButton";

interface SecretFormProps<Made> {
  /** The form. It says what it made, or null where nothing is to be told of it. */
  form: (onMade: (made: Made | null) => void) => ReactNode;
  /** What is told of it, once. */
  told: (made: Made) => ReactNode;
  onClose: () => void;
}

/** A form that makes something, and in its place what is told of that only now. */
export function SecretForm<Made>({ form, told, onClose }: SecretFormProps<Made>) {
  const [made, setMade] = useState<Made | null>(null);
  if (made) return told(made);
  return form((now) => (now ? setMade(now) : onClose()));
}

interface SecretValueProps {
  title: string;
  text: string;
  value: string;
  /** What the button that copies the value says. */
  copy: string;
  onClose: () => void;
}

/** A value that nobody can show again. */
export function SecretValue({ title, text, value, copy, onClose }: SecretValueProps) {
  const { t } = useTranslation("console");
  return (
    <Dialog
      title={title}
      size="small"
      onClose={onClose}
      actions={
        <Button look="primary" onClick={onClose}>
          {t("done")}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <p>{text}</p>
        <code className="block rounded-xl border border-line bg-code p-3 text-sm break-all">{value}</code>
        <div>
          <CopyButton text={value} label={copy} />
        </div>
      </div>
    </Dialog>
  );
}
