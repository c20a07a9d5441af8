import { Bot, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { useAccess } from "../access";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { FormDialog } from "../components/FormDialog";
import { Id } from "../components/Id";
import { Loaded } from "../components/Loaded";
import { When } from "../components/When";
import { type ServiceAccount, useServiceAccounts } from "../people/queries";
import { secondsOf } from "./bounds";
import { LifeField, NameField } from "./fields";
import { type KeyFormProps, NewKeyButton } from "./KeyMaker";
import { RoleName } from "./KeyTable";
import { useKeyChanges } from "./queries";

/** Programs with a name of their own, which no person's leaving stops. */
export function ServiceAccounts() {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const accounts = useServiceAccounts();
  const { removeAccount } = useKeyChanges();
  const [removing, setRemoving] = useState<ServiceAccount | null>(null);
  return (
    <div className="flex flex-col gap-4">
      {can("project.manage") ? <NewKeyButton label={t("accounts_create")} Form={CreateAccount} /> : null}
      <Loaded query={accounts}>
        {(list) => (
          <DataTable
            caption={t("keys_tab_accounts")}
            rows={list}
            rowKey={(account) => account.id}
            empty={
              <EmptyWithExample icon={<Bot />} title={t("accounts_empty")} text={t("accounts_empty_text")} />
            }
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
              onError: (error) => toast(errorText(error), { kind: "error" }),
            })
          }
        />
      ) : null}
    </div>
  );
}

function CreateAccount({ onClose, onMade }: KeyFormProps) {
  const { t } = useTranslation("console");
  const { createAccount } = useKeyChanges();
  const [name, setName] = useState("");
  const [life, setLife] = useState("never");

  function submit() {
    createAccount.mutate(
      { name: name.trim(), expires_in_seconds: secondsOf(life) },
      { onSuccess: (account) => onMade(account.api_key ? { ...account.api_key, name: account.name } : null) },
    );
  }

  return (
    <FormDialog
      title={t("accounts_create")}
      size="small"
      action={t("create")}
      change={createAccount}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-ink-soft">{t("accounts_text")}</p>
      <NameField value={name} onChange={setName} />
      <LifeField value={life} onChange={setLife} />
    </FormDialog>
  );
}
