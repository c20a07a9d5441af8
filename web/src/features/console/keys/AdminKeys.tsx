import { Plus, ShieldCheck } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Select, TextArea, TextField } from "@/components/field";
import { Failure } from "@/components/states";
import { useAccess } from "../access";
import { Loaded } from "../parts/Loaded";
import { Teach } from "../parts/Teach";
import { listOf, secondsOf } from "./bounds";
import { LifeField } from "./CreateKey";
import { KeyTable } from "./KeyTable";
import { NewSecret } from "./NewSecret";
import { type NewKey, useAdminKeys, useKeyChanges } from "./queries";

/** Keys that administer the organisation and ask no model. */
export function AdminKeys() {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const keys = useAdminKeys();
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<NewKey | null>(null);
  return (
    <div className="flex flex-col gap-4">
      {can("organization.manage") ? (
        <div>
          <Button look="primary" onClick={() => setCreating(true)}>
            <Plus className="size-4" aria-hidden />
            {t("admin_keys_create")}
          </Button>
        </div>
      ) : null}
      <Loaded query={keys}>
        {(list) => (
          <KeyTable
            keys={list}
            caption={t("keys_tab_admin")}
            admin
            change={can("organization.manage")}
            empty={<Teach icon={<ShieldCheck />} title={t("admin_keys_empty")} text={t("admin_keys_text")} />}
          />
        )}
      </Loaded>
      {creating ? (
        <CreateAdminKey
          onClose={() => setCreating(false)}
          onMade={(key) => {
            setCreating(false);
            setMade(key);
          }}
        />
      ) : null}
      {made ? <NewSecret item={made} onClose={() => setMade(null)} /> : null}
    </div>
  );
}

function CreateAdminKey({ onClose, onMade }: { onClose: () => void; onMade: (key: NewKey) => void }) {
  const { t } = useTranslation("console");
  const form = useId();
  const { createAdmin } = useKeyChanges();
  const [name, setName] = useState("");
  const [role, setRole] = useState<"viewer" | "admin" | "owner">("viewer");
  const [life, setLife] = useState("never");
  const [addresses, setAddresses] = useState("");

  function submit(event: FormEvent) {
    event.preventDefault();
    createAdmin.mutate(
      { name: name.trim(), role, expires_in_seconds: secondsOf(life), allowed_addresses: listOf(addresses) },
      { onSuccess: onMade },
    );
  }

  return (
    <Dialog
      title={t("admin_keys_create")}
      size="small"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" type="submit" form={form} busy={createAdmin.isPending}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        {createAdmin.error ? <Failure error={createAdmin.error} /> : null}
        <p className="text-ink-soft">{t("admin_keys_text")}</p>
        <TextField
          label={t("name")}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Select
          label={t("role")}
          value={role}
          onChange={(event) => setRole(event.target.value as typeof role)}
        >
          {(["viewer", "admin", "owner"] as const).map((each) => (
            <option key={each} value={each}>
              {t(`role_${each}`)}
            </option>
          ))}
        </Select>
        <LifeField value={life} onChange={setLife} />
        <TextArea
          label={t("keys_addresses")}
          hint={t("keys_addresses_hint")}
          rows={2}
          dir="ltr"
          className="font-mono text-sm"
          spellCheck={false}
          value={addresses}
          onChange={(event) => setAddresses(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
