import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { Button } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { useAccess } from "../../access";
import { Loaded } from "../../components/Loaded";
import { Page } from "../../components/Page";
import { Back } from "../Back";
import { GroupMembers } from "./GroupMembers";
import { GroupRoles } from "./GroupRoles";
import type { Group } from "./given";
import { NameGroup } from "./NameGroup";
import { useGroup, useGroupChanges } from "./queries";

/** One group: who is in it, and what they may do through it. */
export default function GroupPage({ id }: { id: string }) {
  const { t } = useTranslation("console");
  const group = useGroup(id);
  const change = useAccess().can("organization.manage");
  return (
    <Page
      title={group.data?.name ?? t("group")}
      actions={change && group.data ? <Changes group={group.data} /> : null}
    >
      <Back href="/console/people/groups" label={t("people_groups")} id={id} />
      <Loaded query={group}>
        {(found) => (
          <>
            <GroupMembers group={found} change={change} />
            <GroupRoles group={found} change={change} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Changes({ group }: { group: Group }) {
  const { t } = useTranslation("console");
  const [, go] = useLocation();
  const { remove } = useGroupChanges();
  const [asked, ask] = useState<"name" | "removal" | null>(null);
  const close = () => ask(null);
  return (
    <>
      <Button onClick={() => ask("name")}>
        <Pencil className="size-4" aria-hidden />
        {t("groups_rename")}
      </Button>
      <Button onClick={() => ask("removal")}>
        <Trash2 className="size-4" aria-hidden />
        {t("delete")}
      </Button>
      {asked === "name" ? <NameGroup group={group} onClose={close} /> : null}
      {asked === "removal" ? (
        <Confirm
          title={t("keys_delete", { name: group.name })}
          text={t("groups_delete_text")}
          action={t("delete")}
          busy={remove.isPending}
          onClose={close}
          onConfirm={() =>
            remove.mutate(group.id, {
              onSuccess: () => go("/console/people/groups", { replace: true }),
              onError: (error) => toast(errorText(error), { kind: "error" }),
              onSettled: close,
            })
          }
        />
      ) : null}
    </>
  );
}
