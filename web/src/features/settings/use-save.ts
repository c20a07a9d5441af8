import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "@/components/toast";
import { asApiError } from "@/lib/errors";
import { type PreferencesChange, useSavePreferences } from "./preferences";

/** Saves choices as they are made, and says so when the server refuses. */
export function useSave() {
  const { mutate } = useSavePreferences();
  const { t } = useTranslation("shell");
  return useCallback(
    (change: PreferencesChange) =>
      mutate(change, {
        onError: (thrown) => {
          const error = asApiError(thrown);
          toast(error.status === 0 ? t("unreachable") : error.message, { kind: "error" });
        },
      }),
    [mutate, t],
  );
}
