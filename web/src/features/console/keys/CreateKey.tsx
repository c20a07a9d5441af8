import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "@/components/field";
import { FormDialog } from "../components/FormDialog";
import { useServiceAccounts } from "../people/queries";
import { listOf, secondsOf } from "./bounds";
import { AddressesField, LifeField, NameField } from "./fields";
import type { KeyFormProps } from "./KeyMaker";
import { ModelsField } from "./ModelsField";
import { useKeyChanges } from "./queries";

/** Makes a key of the project. */
export function CreateKey({ onClose, onMade }: KeyFormProps) {
  const { t } = useTranslation("console");
  const { create } = useKeyChanges();
  const accounts = useServiceAccounts();
  const [name, setName] = useState("");
  const [role, setRole] = useState("member");
  const [account, setAccount] = useState("");
  const [life, setLife] = useState("never");
  const [models, setModels] = useState<readonly string[]>([]);
  const [addresses, setAddresses] = useState("");

  function submit() {
    create.mutate(
      {
        name: name.trim(),
        // A service account's key may do what the account may.
        role: account ? null : role,
        service_account_id: account || null,
        expires_in_seconds: secondsOf(life),
        allowed_models: [...models],
        allowed_addresses: listOf(addresses),
        scopes: [],
      },
      { onSuccess: onMade },
    );
  }

  return (
    <FormDialog
      title={t("keys_create")}
      action={t("create")}
      change={create}
      onSubmit={submit}
      onClose={onClose}
    >
      <NameField hint={t("keys_name_hint")} value={name} onChange={setName} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select label={t("keys_for")} value={account} onChange={(event) => setAccount(event.target.value)}>
          <option value="">{t("keys_for_nobody")}</option>
          {(accounts.data ?? []).map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
        <Select
          label={t("role")}
          value={role}
          disabled={account !== ""}
          hint={t(account ? "keys_role_account" : `keys_role_${role}`)}
          onChange={(event) => setRole(event.target.value)}
        >
          {["viewer", "member", "admin"].map((each) => (
            <option key={each} value={each}>
              {t(`role_${each}`)}
            </option>
          ))}
        </Select>
        <LifeField value={life} onChange={setLife} />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <ModelsField chosen={models} onChange={setModels} />
        <AddressesField value={addresses} onChange={setAddresses} />
      </div>
    </FormDialog>
  );
}
