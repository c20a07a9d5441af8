import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Select, TextArea, TextField } from "@/components/field";
import { Failure } from "@/components/states";
import { useServiceAccounts } from "../people/queries";
import { LIVES, listOf, secondsOf } from "./bounds";
import { type NewKey, useKeyChanges } from "./queries";

/** Makes a key of the project. */
export function CreateKey({ onClose, onMade }: { onClose: () => void; onMade: (key: NewKey) => void }) {
  const { t } = useTranslation("console");
  const form = useId();
  const { create } = useKeyChanges();
  const accounts = useServiceAccounts();
  const [name, setName] = useState("");
  const [role, setRole] = useState("member");
  const [account, setAccount] = useState("");
  const [life, setLife] = useState("never");
  const [models, setModels] = useState("");
  const [addresses, setAddresses] = useState("");

  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate(
      {
        name: name.trim(),
        // A service account's key may do what the account may.
        role: account ? null : role,
        service_account_id: account || null,
        expires_in_seconds: secondsOf(life),
        allowed_models: listOf(models),
        allowed_addresses: listOf(addresses),
        scopes: [],
      },
      { onSuccess: onMade },
    );
  }

  return (
    <Dialog
      title={t("keys_create")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" type="submit" form={form} busy={create.isPending}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        {create.error ? <Failure error={create.error} /> : null}
        <TextField
          label={t("name")}
          hint={t("keys_name_hint")}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
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
        <BoundsFields models={models} addresses={addresses} onModels={setModels} onAddresses={setAddresses} />
      </form>
    </Dialog>
  );
}

/** How long a key lives. */
export function LifeField({ value, onChange }: { value: string; onChange: (life: string) => void }) {
  const { t } = useTranslation("console");
  return (
    <Select label={t("expires")} value={value} onChange={(event) => onChange(event.target.value)}>
      {LIVES.map((each) => (
        <option key={each.id} value={each.id}>
          {t(`life_${each.id}`)}
        </option>
      ))}
    </Select>
  );
}

/** The only models and networks of a key. */
export function BoundsFields({
  models,
  addresses,
  onModels,
  onAddresses,
}: {
  models: string;
  addresses: string;
  onModels: (text: string) => void;
  onAddresses: (text: string) => void;
}) {
  const { t } = useTranslation("console");
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextArea
        label={t("keys_models")}
        hint={t("keys_models_hint")}
        rows={2}
        dir="ltr"
        className="font-mono text-sm"
        spellCheck={false}
        value={models}
        onChange={(event) => onModels(event.target.value)}
      />
      <TextArea
        label={t("keys_addresses")}
        hint={t("keys_addresses_hint")}
        rows={2}
        dir="ltr"
        className="font-mono text-sm"
        spellCheck={false}
        value={addresses}
        onChange={(event) => onAddresses(event.target.value)}
      />
    </div>
  );
}
