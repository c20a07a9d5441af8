import { type FormEvent, type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/overlays/dialog";
import { Failure } from "@/components/states";

interface FormDialogProps {
  title: string;
  size?: "small";
  /** What the button that sends it says. */
  action: string;
  /** What sends it. */
  change: { isPending: boolean; error: unknown };
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A form in a dialog, which shows what the server has against it. */
export function FormDialog({ title, size, action, change, onSubmit, onClose, children }: FormDialogProps) {
  const { t } = useTranslation("console");
  const form = useId();
  function submit(event: FormEvent) {
    event.preventDefault();
    onSubmit();
  }
  return (
    <Dialog
      title={title}
      size={size}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" type="submit" form={form} busy={change.isPending}>
            {action}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        {change.error ? <Failure error={change.error} /> : null}
        {children}
      </form>
    </Dialog>
  );
}
