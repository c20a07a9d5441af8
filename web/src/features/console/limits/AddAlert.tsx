import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextArea, TextField } from "@/components/field";
import { Failure } from "@/components/states";
import { useMe } from "@/features/session";
import { listOf } from "../keys/bounds";
import { type AlertOf, useLimitChanges } from "./queries";

/** Tells somebody when so much was spent in a month. */
export function AddAlert({ of, onClose }: { of: AlertOf; onClose: () => void }) {
  const { t } = useTranslation("console");
  const form = useId();
  const me = useMe();
  const { addAlert } = useLimitChanges();
  const [amount, setAmount] = useState("");
  const [recipients, setRecipients] = useState(me.user.email);

  function submit(event: FormEvent) {
    event.preventDefault();
    addAlert.mutate(
      {
        of,
        body: {
          currency: "USD",
          interval: "month",
          threshold_amount: Number(amount),
          notification_channel: { type: "email", recipients: listOf(recipients) },
        },
      },
      { onSuccess: onClose },
    );
  }

  return (
    <Dialog
      title={t("alerts_add")}
      size="small"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" type="submit" form={form} busy={addAlert.isPending}>
            {t("save")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        {addAlert.error ? <Failure error={addAlert.error} /> : null}
        <TextField
          label={t("alerts_amount")}
          type="number"
          min={0}
          step={1}
          required
          value={amount}
          onChange={(event) => setAmount(event.target.value)}
        />
        <TextArea
          label={t("alerts_who")}
          hint={t("alerts_mail_hint")}
          rows={2}
          dir="ltr"
          required
          value={recipients}
          onChange={(event) => setRecipients(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
