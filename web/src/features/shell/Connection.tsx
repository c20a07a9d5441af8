import { CloudOff } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { BESIDE_SIDEBAR, cx } from "@/lib/class-names";
import { asApiError } from "@/lib/errors/api-error";
import { queryClient } from "@/lib/query-client";

type State = "here" | "offline" | "away";

function subscribe(listener: () => void) {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  const leave = queryClient.getQueryCache().subscribe(listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
    leave();
  };
}

function state(): State {
  if (!navigator.onLine) return "offline";
  const waiting = queryClient.getQueryCache().findAll({
    predicate: ({ state: { fetchStatus, fetchFailureReason, fetchFailureCount } }) =>
      fetchStatus !== "idle" && fetchFailureCount > 1 && asApiError(fetchFailureReason).away,
  });
  return waiting.length > 0 ? "away" : "here";
}

/** Says that the network or the server is gone, and what that means for what is being written. */
export function Connection() {
  const { t } = useTranslation("shell");
  const now = useSyncExternalStore(subscribe, state);
  return (
    <div
      role="status"
      aria-live="polite"
      className={cx(
        "pointer-events-none fixed inset-x-0 top-14 z-40 flex justify-center px-4",
        BESIDE_SIDEBAR,
      )}
    >
      {now === "here" ? null : (
        <p className="flex items-center gap-2 rounded-full border border-line bg-warn-soft px-4 py-1.5 text-sm text-warn shadow-raised">
          <CloudOff className="size-4 shrink-0" aria-hidden />
          {t(now)}
        </p>
      )}
    </div>
  );
}
