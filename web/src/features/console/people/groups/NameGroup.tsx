import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { TextField } from "@/components/field";
import { FormDialog } from "../../components/FormDialog";
import type { Group } from "./given";
import { useGroupChanges } from "./queries";

/** Makes a group and goes to it, or gives one another name. */
export function NameGroup({ group, onClose }: { group?: Group; onClose: () => void }) {
  const { t } = useTranslation("console");
  const [, go] = useLocation();
  const { create, rename } = useGroupChanges();
  const [written, setName] = useState(group?.name ?? "");

  function submit() {
    const name = written.trim();
    if (group) rename.mutate({ id: group.id, name }, { onSuccess: onClose });
    else create.mutate(name, { onSuccess: ({ id }) => go(`/console/people/groups/${id}`) });
  }

  return (
    <FormDialog
      title={group ? t("projects_rename", { name: group.name }) : t("groups_create")}
      size="small"
      action={t(group ? "save" : "create")}
      change={group ? rename : create}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={t("name")}
        required
        maxLength={100}
        value={written}
        onChange={(event) => setName(event.target.value)}
      />
    </FormDialog>
  );
}
