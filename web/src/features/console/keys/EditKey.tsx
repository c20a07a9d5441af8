import { useState } from "react";
import { useTranslation } from "react-i18next";
import { FormDialog } from "../components/FormDialog";
import { listOf } from "./bounds";
import { AddressesField, NameField } from "./fields";
import { ModelsField } from "./ModelsField";
import { type Key, useKeyChanges } from "./queries";

/** Changes a key's name and bounds. */
export function EditKey({ item, onClose }: { item: Key; onClose: () => void }) {
  const { t } = useTranslation("console");
  const { update } = useKeyChanges();
  const [name, setName] = useState(item.name);
  const [models, setModels] = useState<readonly string[]>(item.earthshine.allowed_models ?? []);
  const [addresses, setAddresses] = useState(item.earthshine.allowed_addresses.join("\n"));

  function submit() {
    const body = { name: name.trim(), allowed_models: [...models], allowed_addresses: listOf(addresses) };
    update.mutate({ id: item.id, body }, { onSuccess: onClose });
  }

  return (
    <FormDialog
      title={t("keys_edit", { name: item.name })}
      action={t("save")}
      change={update}
      onSubmit={submit}
      onClose={onClose}
    >
      <NameField value={name} onChange={setName} />
      <div className="grid gap-4 sm:grid-cols-2">
        <ModelsField chosen={models} onChange={setModels} />
        <AddressesField value={addresses} onChange={setAddresses} />
      </div>
    </FormDialog>
  );
}
