import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { toast } from "@/components/toast";
import { startOver } from "@/features/session";
import { forgetPreferences } from "@/features/settings";
import { asApiError } from "@/lib/errors";
import { request } from "@/lib/request";

/** Ends the session at the server; nothing of the person stays on the page. */
export function useSignOut() {
  const [, go] = useLocation();
  const { t } = useTranslation("shell");
  return useCallback(async () => {
    try {
      await request("DELETE", "/v1/sessions/current");
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.status !== 401) {
        toast(error.status === 0 ? t("unreachable") : error.message, { kind: "error" });
        return;
      }
    }
    forgetPreferences();
    go("/sign-in");
    startOver();
  }, [go, t]);
}
