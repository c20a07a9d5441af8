import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { TextArea } from "@/components/field";
import { Dialog } from "@/components/overlays/dialog";
import type { Prompt } from "../queries";
import { fill } from "./variables";

interface Props {
  prompt: Prompt;
  onInsert: (text: string) => void;
  onClose: () => void;
}

/** Asks for what a prompt leaves open, and hands over its text. */
export default function PromptVariables({ prompt, onInsert, onClose }: Props) {
  const { t } = useTranslation("library");
  const shell = useTranslation("shell").t;
  const [values, setValues] = useState<Record<string, string>>({});
  function submit(event: FormEvent) {
    event.preventDefault();
    onClose();
    // After the dialog has given the focus back.
    setTimeout(() => onInsert(fill(prompt.text, values)), 0);
  }
  return (
    <Dialog
      title={prompt.name}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shell("cancel")}</Button>
          <Button type="submit" form="prompt-variables" look="primary">
            {t("insert")}
          </Button>
        </>
      }
    >
      <form id="prompt-variables" onSubmit={submit} className="flex flex-col gap-3">
        {prompt.variables.map((name, index) => (
          <TextArea
            key={name}
            label={name}
            rows={2}
            required
            autoFocus={index === 0}
            value={values[name] ?? ""}
            onChange={(event) => setValues({ ...values, [name]: event.target.value })}
          />
        ))}
      </form>
    </Dialog>
  );
}
