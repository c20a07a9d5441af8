import { Pencil, RefreshCw, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { Badge } from "../components/Badge";
import { DataTable } from "../components/DataTable";
import { When } from "../components/When";
import { EditKey } from "./EditKey";
import { KeyMaker } from "./KeyMaker";
import { type Key, useKeyChanges } from "./queries";
import { RotateKey } from "./RotateKey";

interface KeyTableProps {
  keys: readonly Key[];
  caption: string;
  empty: ReactNode;
  /** Whether they are keys of the organisation. */
  admin?: boolean;
  /** Whether the person may change them. */
  change: boolean;
}

/** Keys, and what can be done with each. */
export function KeyTable({ keys, caption, empty, admin = false, change }: KeyTableProps) {
  const { t } = useTranslation("console");
  const [editing, setEditing] = useState<Key | null>(null);
  const [rotating, setRotating] = useState<Key | null>(null);
  const [removing, setRemoving] = useState<Key | null>(null);
  const { remove } = useKeyChanges();
  const changeable = (key: Key) => change && key.earthshine.kind !== "installation";
  return (
    <>
      <DataTable
        caption={caption}
        rows={keys}
        rowKey={(key) => key.id}
        empty={empty}
        columns={[
          { id: "name", label: t("name"), cell: (key) => <KeyName item={key} /> },
          { id: "role", label: t("role"), cell: (key) => <RoleName role={key.earthshine.role} /> },
          ...(admin
            ? []
            : [{ id: "owner", label: t("keys_owner"), cell: (key: Key) => <Owner item={key} /> }]),
          { id: "bounds", label: t("keys_bounds"), cell: (key) => <Bounds item={key} /> },
          {
            id: "used",
            label: t("keys_used"),
            cell: (key) => <When seconds={key.last_used_at} never={t("never")} />,
          },
          { id: "expires", label: t("expires"), cell: (key) => <Expiry at={key.expires_at} /> },
          ...(change
            ? [
                {
                  id: "actions",
                  label: t("actions"),
                  actions: true,
                  cell: (key: Key) =>
                    changeable(key) ? (
                      <span className="inline-flex items-center">
                        {admin ? null : (
                          <IconButton
                            label={t("keys_edit", { name: key.name })}
                            onClick={() => setEditing(key)}
                          >
                            <Pencil />
                          </IconButton>
                        )}
                        <Button
                          look="plain"
                          size="small"
                          aria-label={t("keys_rotate", { name: key.name })}
                          onClick={() => setRotating(key)}
                        >
                          <RefreshCw className="size-4" aria-hidden />
                          {t("keys_rotate_short")}
                        </Button>
                        <IconButton
                          label={t("keys_delete", { name: key.name })}
                          onClick={() => setRemoving(key)}
                        >
                          <Trash2 />
                        </IconButton>
                      </span>
                    ) : null,
                },
              ]
            : []),
        ]}
      />
      {editing ? <EditKey item={editing} onClose={() => setEditing(null)} /> : null}
      {rotating ? (
        <KeyMaker
          form={(onMade) => (
            <RotateKey item={rotating} admin={admin} onClose={() => setRotating(null)} onMade={onMade} />
          )}
          onClose={() => setRotating(null)}
        />
      ) : null}
      {removing ? (
        <Confirm
          title={t("keys_delete", { name: removing.name })}
          text={t("keys_delete_text")}
          action={t("delete")}
          busy={remove.isPending}
          onClose={() => setRemoving(null)}
          onConfirm={() =>
            remove.mutate(
              { id: removing.id, admin },
              {
                onSettled: () => setRemoving(null),
                onError: (error) => toast(errorText(error), { kind: "error" }),
              },
            )
          }
        />
      ) : null}
    </>
  );
}

function KeyName({ item }: { item: Key }) {
  return (
    <span className="flex flex-col">
      <span dir="auto" className="font-medium">
        {item.name}
      </span>
      <code className="text-[0.8125rem] text-ink-faint">{item.redacted_value}</code>
    </span>
  );
}

export function RoleName({ role }: { role: string | null }) {
  const { t } = useTranslation("console");
  if (!role) return <span className="text-ink-faint">—</span>;
  // Beside long addresses a column would else be as narrow as a letter.
  return <span className="[overflow-wrap:normal]">{t(`role_${role}`, { defaultValue: role })}</span>;
}

function Owner({ item }: { item: Key }) {
  const { owner } = item;
  const name = owner.service_account?.name ?? owner.user?.name ?? owner.user?.email;
  return <span dir="auto">{name ?? "—"}</span>;
}

function Bounds({ item }: { item: Key }) {
  const { t } = useTranslation("console");
  const models = item.earthshine.allowed_models ?? [];
  const addresses = item.earthshine.allowed_addresses;
  if (!models.length && !addresses.length)
    return <span className="text-ink-faint">{t("keys_no_bounds")}</span>;
  return (
    <span className="inline-flex flex-wrap gap-1 max-md:justify-end">
      {[...models, ...addresses].map((each) => (
        <Badge key={each}>
          <bdi>{each}</bdi>
        </Badge>
      ))}
    </span>
  );
}

function Expiry({ at }: { at: number | null }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  if (at === null) return <span className="text-ink-faint">{t("never")}</span>;
  if (at * 1000 < Date.now()) return <Badge tone="bad">{t("expired")}</Badge>;
  return <span title={format.dateTime(at * 1000)}>{format.date(at * 1000)}</span>;
}
