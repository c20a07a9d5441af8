import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "@/components/field";
import { useAccess } from "../access";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { FormDialog } from "../components/FormDialog";
import { Loaded } from "../components/Loaded";
import { listOf, secondsOf } from "./bounds";
import { AddressesField, LifeField, NameField } from "./fields";
import { type KeyFormProps, NewKeyButton } from "./KeyMaker";
import { KeyTable } from "./KeyTable";
import { useAdminKeys, useKeyChanges } from "./queries";

/** Keys that administer the organisation and ask no model. */
export function AdminKeys() {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const keys = useAdminKeys();
  const change = can("organization.manage");
  return (
    <div className="flex flex-col gap-4">
      {change ? <NewKeyButton label={t("admin_keys_create")} Form={CreateAdminKey} /> : null}
      <Loaded query={keys}>
        {(list) => (
          <KeyTable
            keys={list}
            caption={t("keys_tab_admin")}
            admin
            change={change}
            empty={
              <EmptyWithExample
                icon={<ShieldCheck />}
                title={t("admin_keys_empty")}
                text={t("admin_keys_text")}
              />
            }
          />
        )}
      </Loaded>
    </div>
  );
}

function CreateAdminKey({ onClose, onMade }: KeyFormProps) {
  const { t } = useTranslation("console");
  const { createAdmin } = useKeyChanges();
  const [name, setName] = useState("");
  const [role, setRole] = useState<"viewer" | "admin" | "owner">("viewer");
  const [life, setLife] = useState("never");
  const [addresses, setAddresses] = useState("");

  function submit() {
    createAdmin.mutate(
      { name: name.trim(), role, expires_in_seconds: secondsOf(life), allowed_addresses: listOf(addresses) },
      { onSuccess: onMade },
    );
  }

  return (
    <FormDialog
      title={t("admin_keys_create")}
      size="small"
      action={t("create")}
      change={createAdmin}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-ink-soft">{t("admin_keys_text")}</p>
      <NameField value={name} onChange={setName} />
      <Select label={t("role")} value={role} onChange={(event) => setRole(event.target.value as typeof role)}>
        {(["viewer", "admin", "owner"] as const).map((each) => (
          <option key={each} value={each}>
            {t(`role_${each}`)}
          </option>
        ))}
      </Select>
      <LifeField value={life} onChange={setLife} />
      <AddressesField value={addresses} onChange={setAddresses} />
    </FormDialog>
  );
}
