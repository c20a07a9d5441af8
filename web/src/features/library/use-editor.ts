import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "@/components/overlays/toast";
import { type Fields, type Kind, type Kinds, useSaveItem } from "./queries";

/** The fields of one thing while they are edited, and how they are saved. */
export function useEditor<K extends Kind, F extends Fields[K]>(
  kind: K,
  thing: Kinds[K] | null,
  initial: F,
  onClose: () => void,
) {
  const { t } = useTranslation("library");
  const [fields, setFields] = useState(initial);
  const { mutate, isPending, error } = useSaveItem(kind);
  const change = (part: Partial<F>) => setFields((before) => ({ ...before, ...part }));
  const save = () =>
    mutate(
      { id: thing?.id ?? null, fields },
      {
        onSuccess: () => {
          toast(t("saved"));
          onClose();
        },
      },
    );
  const dirty = JSON.stringify(fields) !== JSON.stringify(initial);
  return { fields, change, save, dialog: { dirty, error, busy: isPending, onSave: save, onClose } };
}
