import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/field";
import { type StoredFile, useRenameFile } from "@/features/files";
import { EditorDialog } from "../EditorDialog";

/** Gives a file another name. */
export function RenameDialog({ file, onClose }: { file: StoredFile; onClose: () => void }) {
  const { t } = useTranslation("library");
  const [filename, setFilename] = useState(file.filename);
  const { mutate, isPending, error } = useRenameFile();
  return (
    <EditorDialog
      title={t("file_rename")}
      dirty={filename !== file.filename}
      busy={isPending}
      error={error}
      onSave={() => mutate({ id: file.id, filename }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TextField
        label={t("name")}
        required
        maxLength={255}
        value={filename}
        onChange={(event) => setFilename(event.target.value)}
      />
    </EditorDialog>
  );
}
