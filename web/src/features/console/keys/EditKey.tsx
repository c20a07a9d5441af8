import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextField } from "@/components/field";
import { Failure } from "@/components/states";
import { listOf } from "./bounds";
import { BoundsFields } from "./CreateKey";
import { type Key, useKeyChanges } from "./queries";

/** Changes a key's name and bounds. */
export function EditKey({ item, onClose }: { item: Key; onClose: () => void }) {
  const { t } = useTranslation("console");
  const form = useId();
  const { update } = useKeyChanges();
  const [name, setName] = useState(item.name);
  const [models, setModels] = useState((item.earthshine.allowed_models ?? []).join("\n"));
  const [addresses, setAddresses] = useState(item.earthshine.allowed_addresses.join("\n"));

  function submit(event: FormEvent) {
    event.preventDefault();
    const body = { name: name.trim(), allowed_models: listOf(models), allowed_addresses: listOf(addresses) };
    update.mutate({ id: item.id, body }, { onSuccess: onClose });
  }

  return (
    <Dialog
      title={t("keys_edit", { name: item.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" type="submit" form={form} busy={update.isPending}>
            {t("save")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        {update.error ? <Failure error={update.error} /> : null}
        <TextField
          label={t("name")}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <BoundsFields models={models} addresses={addresses} onModels={setModels} onAddresses={setAddresses} />
      </form>
    </Dialog>
  );
}
