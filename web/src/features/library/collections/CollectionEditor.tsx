import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Switch, TextField } from "@/components/field";
import { EditorDialog } from "../EditorDialog";
import { type Collection, useSaveCollection } from "./queries";

interface Props {
  collection: Collection | null;
  onClose: () => void;
}

/** The name of a collection, and who may search it. */
export function CollectionEditor({ collection, onClose }: Props) {
  const { t } = useTranslation("library");
  const before = { name: collection?.name ?? "", shared: collection?.shared ?? false };
  const [body, setBody] = useState(before);
  const { mutate, isPending, error } = useSaveCollection();
  return (
    <EditorDialog
      title={collection ? t("edit_collection") : t("new_collection")}
      dirty={JSON.stringify(body) !== JSON.stringify(before)}
      busy={isPending}
      error={error}
      onSave={() => mutate({ id: collection?.id ?? null, body }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextField
        label={t("name")}
        required
        maxLength={256}
        value={body.name}
        onChange={(event) => setBody({ ...body, name: event.target.value })}
      />
      <Switch
        label={t("share_with_project")}
        hint={t("share_collection_hint")}
        checked={body.shared}
        onChange={(shared) => setBody({ ...body, shared })}
      />
    </EditorDialog>
  );
}
