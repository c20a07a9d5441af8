import { useCallback } from "react";
import { useLocation } from "wouter";
import { toast } from "@/components/overlays/toast";
import { startOver } from "@/features/session";
import { forgetPreferences } from "@/features/settings";
import { api, data } from "@/lib/api";
import { asApiError } from "@/lib/errors/api-error";
import { errorText } from "@/lib/errors/texts";

/** Ends the session at the server; nothing of the person stays on the page. */
export function useSignOut() {
  const [, go] = useLocation();
  return useCallback(async () => {
    try {
      await data(api.DELETE("/earthshine/v1/sessions/current"));
    } catch (thrown) {
      if (asApiError(thrown).status !== 401) {
        toast(errorText(thrown), { kind: "error" });
        return;
      }
    }
    forgetPreferences();
    go("/sign-in");
    startOver();
  }, [go]);
}
