import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextArea, TextField } from "@/components/field";
import { useMe } from "@/features/session";
import { FormDialog } from "../components/FormDialog";
import { listOf } from "../keys/bounds";
import { type AlertOf, useLimitChanges } from "./queries";

/** Tells somebody when so much was spent in a month. */
export function AddAlert({ of, onClose }: { of: AlertOf; onClose: () => void }) {
  const { t } = useTranslation("console");
  const me = useMe();
  const { addAlert } = useLimitChanges();
  const [amount, setAmount] = useState("");
  const [recipients, setRecipients] = useState(me.user.email);

  function submit() {
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
    <FormDialog
      title={t("alerts_add")}
      size="small"
      action={t("save")}
      change={addAlert}
      onSubmit={submit}
      onClose={onClose}
    >
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
    </FormDialog>
  );
}
