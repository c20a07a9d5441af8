import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/overlays/dialog";
import { Failure } from "@/components/states";

interface Props {
  title: string;
  /** Whether something was written that closing would lose. */
  dirty: boolean;
  busy: boolean;
  error: unknown;
  onSave: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A form in a dialog, which asks before it throws away what was written. */
export function EditorDialog({ title, dirty, busy, error, onSave, onClose, children }: Props) {
  const { t } = useTranslation("library");
  const shell = useTranslation("shell").t;
  const [leaving, setLeaving] = useState(false);
  const form = useId();
  const close = () => (dirty && !leaving ? setLeaving(true) : onClose());
  function submit(event: FormEvent) {
    event.preventDefault();
    onSave();
  }
  return (
    <Dialog
      title={title}
      onClose={close}
      actions={
        leaving ? (
          <>
            <p role="alert" className="flex-1 self-center">
              {t("discard_question")}
            </p>
            <Button look="danger" onClick={onClose}>
              {t("discard")}
            </Button>
            <Button onClick={() => setLeaving(false)}>{t("go_on")}</Button>
          </>
        ) : (
          <>
            <Button onClick={close}>{shell("cancel")}</Button>
            <Button type="submit" form={form} look="primary" busy={busy}>
              {shell("save")}
            </Button>
          </>
        )
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        {error ? <Failure error={error} /> : null}
        {children}
      </form>
    </Dialog>
  );
}
