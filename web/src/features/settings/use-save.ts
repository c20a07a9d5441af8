import { useCallback } from "react";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { type PreferencesChange, useSavePreferences } from "./preferences";

/** Saves choices as they are made, and says so when the server refuses. */
export function useSave() {
  const { mutate } = useSavePreferences();
  return useCallback(
    (change: PreferencesChange) =>
      mutate(change, {
        onError: (thrown) => toast(errorText(thrown), { kind: "error" }),
      }),
    [mutate],
  );
}
