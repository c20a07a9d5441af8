import { Bot, Plus, Trash2 } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Confirm, Dialog } from "@/components/dialog";
import { TextField } from "@/components/field";
import { Failure } from "@/components/states";
import { toast } from "@/components/toast";
import { asApiError } from "@/lib/errors";
import { useAccess } from "../access";
import { DataTable } from "../parts/DataTable";
import { Id } from "../parts/Id";
import { Loaded } from "../parts/Loaded";
import { Teach } from "../parts/Teach";
import { When } from "../parts/When";
import { type ServiceAccount, useServiceAccounts } from "../people/queries";
import { secondsOf } from "./bounds";
import { LifeField } from "./CreateKey";
import { RoleName } from "./KeyTable";
import { NewSecret } from "./NewSecret";
import { type NewKey, useKeyChanges } from "./queries";

/** Programs with a name of their own, which no person's leaving stops. */
export function ServiceAccounts() {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const accounts = useServiceAccounts();
  const { removeAccount } = useKeyChanges();
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<NewKey | null>(null);
  const [removing, setRemoving] = useState<ServiceAccount | null>(null);
  return (
    <div className="flex flex-col gap-4">
      {can("project.manage") ? (
        <div>
          <Button look="primary" onClick={() => setCreating(true)}>
            <Plus className="size-4" aria-hidden />
            {t("accounts_create")}
          </Button>
        </div>
      ) : null}
      <Loaded query={accounts}>
        {(list) => (
          <DataTable
            caption={t("keys_tab_accounts")}
            rows={list}
            rowKey={(account) => account.id}
            empty={<Teach icon={<Bot />} title={t("accounts_empty")} text={t("accounts_empty_text")} />}
            columns={[
              {
                id: "name",
                label: t("name"),
                cell: (account) => (
                  <span dir="auto" className="font-medium">
                    {account.name}
                  </span>
                ),
              },
              { id: "id", label: t("id"), cell: (account) => <Id id={account.id} /> },
              { id: "role", label: t("role"), cell: (account) => <RoleName role={account.role} /> },
              {
                id: "created",
                label: t("created"),
                cell: (account) => <When seconds={account.created_at} />,
              },
              {
                id: "actions",
                label: t("actions"),
                actions: true,
                cell: (account) =>
                  can("project.manage") ? (
                    <IconButton
                      label={t("accounts_delete", { name: account.name })}
                      onClick={() => setRemoving(account)}
                    >
                      <Trash2 />
                    </IconButton>
                  ) : null,
              },
            ]}
          />
        )}
      </Loaded>
      {creating ? (
        <CreateAccount
          onClose={() => setCreating(false)}
          onMade={(key) => {
            setCreating(false);
            setMade(key);
          }}
        />
      ) : null}
      {made ? <NewSecret item={made} onClose={() => setMade(null)} /> : null}
      {removing ? (
        <Confirm
          title={t("accounts_delete", { name: removing.name })}
          text={t("accounts_delete_text")}
          action={t("delete")}
          busy={removeAccount.isPending}
          onClose={() => setRemoving(null)}
          onConfirm={() =>
            removeAccount.mutate(removing.id, {
              onSettled: () => setRemoving(null),
              onError: (error) => toast(asApiError(error).message, { kind: "error" }),
            })
          }
        />
      ) : null}
    </div>
  );
}

function CreateAccount({ onClose, onMade }: { onClose: () => void; onMade: (key: NewKey | null) => void }) {
  const { t } = useTranslation("console");
  const form = useId();
  const { createAccount } = useKeyChanges();
  const [name, setName] = useState("");
  const [life, setLife] = useState("never");

  function submit(event: FormEvent) {
    event.preventDefault();
    createAccount.mutate(
      { name: name.trim(), expires_in_seconds: secondsOf(life) },
      { onSuccess: (account) => onMade(account.api_key ? { ...account.api_key, name: account.name } : null) },
    );
  }

  return (
    <Dialog
      title={t("accounts_create")}
      size="small"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" type="submit" form={form} busy={createAccount.isPending}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        {createAccount.error ? <Failure error={createAccount.error} /> : null}
        <p className="text-ink-soft">{t("accounts_text")}</p>
        <TextField
          label={t("name")}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <LifeField value={life} onChange={setLife} />
      </form>
    </Dialog>
  );
}
