import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Select, TextField } from "@/components/field";
import { EditorDialog } from "../EditorDialog";
import { useLibrary } from "../queries";
import { type Collection, spaceOf, useSaveCollection } from "./queries";

/** The name of a collection, and the space that it belongs to. */
export function CollectionEditor({
  collection,
  onClose,
}: {
  collection: Collection | null;
  onClose: () => void;
}) {
  const { t } = useTranslation("library");
  const { data: spaces } = useLibrary("spaces");
  const before = { name: collection?.name ?? "", space: collection ? spaceOf(collection) : null };
  const [fields, setFields] = useState(before);
  const { mutate, isPending, error } = useSaveCollection();
  return (
    <EditorDialog
      title={collection ? t("edit_collection") : t("new_collection")}
      dirty={JSON.stringify(fields) !== JSON.stringify(before)}
      busy={isPending}
      error={error}
      onSave={() => mutate({ collection, fields }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextField
        label={t("name")}
        required
        maxLength={256}
        value={fields.name}
        onChange={(event) => setFields({ ...fields, name: event.target.value })}
      />
      <Select
        label={t("collection_space")}
        value={fields.space ?? ""}
        onChange={(event) => setFields({ ...fields, space: event.target.value || null })}
      >
        <option value="">{t("none")}</option>
        {spaces?.map((space) => (
          <option key={space.id} value={space.id}>
            {space.name}
          </option>
        ))}
      </Select>
    </EditorDialog>
  );
}
