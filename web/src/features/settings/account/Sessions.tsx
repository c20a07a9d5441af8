import { useMutation, useQuery } from "@tanstack/react-query";
import { MonitorSmartphone } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { Button } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { Failure, Loading } from "@/components/states";
import { startOver } from "@/features/session";
import { api, data, type Schemas } from "@/lib/api";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { queryClient } from "@/lib/query-client";
import { Group } from "../Group";
import { forgetPreferences } from "../preferences";
import { deviceName } from "./device-name";

type Session = Schemas["Session"];

const KEY = ["sessions"] as const;

const endSession = (id: string) =>
  data(api.DELETE("/earthshine/v1/sessions/{session_id}", { params: { path: { session_id: id } } }));

/** Where the person is signed in, with a way to end each. */
export function Sessions() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const {
    data: sessions,
    error,
    refetch,
  } = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) =>
      (await data(api.GET("/earthshine/v1/sessions", { params: { query: { limit: 100 } }, signal }))).data,
  });
  const end = useMutation({
    mutationFn: (id: string) => endSession(id),
    onSuccess: (_reply, id) =>
      queryClient.setQueryData<Session[]>(KEY, (known) => known?.filter((session) => session.id !== id)),
  });
  return (
    <Group title={t("sessions")} text={t("sessions_text")}>
      {error ? <Failure error={error} retry={() => void refetch()} /> : null}
      {end.error ? <Failure error={end.error} /> : null}
      {!sessions && !error ? <Loading /> : null}
      <ul className="divide-y divide-line">
        {sessions?.map((session) => (
          <li key={session.id} className="flex flex-wrap items-center gap-3 py-2.5">
            <MonitorSmartphone className="size-5 shrink-0 text-ink-faint" aria-hidden />
            <div className="min-w-0 flex-1">
              <p>
                <bdi>{deviceName(session.user_agent) ?? t("unknown_device")}</bdi>
              </p>
              <p className="text-sm text-ink-faint">
                {t("seen", { when: format.ago(session.last_seen_at * 1000) })}
                {session.address ? <bdi className="ms-2">{session.address}</bdi> : null}
              </p>
            </div>
            {session.current ? (
              <span className="rounded-full bg-good-soft px-2.5 py-0.5 text-sm text-good">
                {t("this_device")}
              </span>
            ) : (
              <Button
                size="small"
                disabled={end.isPending}
                onClick={() => end.mutate(session.id, { onSuccess: () => toast(t("session_ended")) })}
              >
                {t("end_session")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Everywhere sessions={sessions ?? []} />
    </Group>
  );
}

function Everywhere({ sessions }: { sessions: readonly Session[] }) {
  const { t } = useTranslation("settings");
  const [, go] = useLocation();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  async function leave() {
    setBusy(true);
    try {
      // This one last: it is the right to end the others.
      for (const session of sessions.filter((each) => !each.current)) {
        await endSession(session.id);
      }
      await data(api.DELETE("/earthshine/v1/sessions/current"));
      forgetPreferences();
      go("/sign-in");
      startOver();
    } catch (thrown) {
      toast(errorText(thrown), { kind: "error" });
      setBusy(false);
    }
  }
  return (
    <div>
      <Button look="danger" disabled={sessions.length === 0} onClick={() => setAsking(true)}>
        {t("everywhere")}
      </Button>
      {asking ? (
        <Confirm
          title={t("everywhere_title")}
          text={t("everywhere_text")}
          action={t("everywhere")}
          busy={busy}
          onConfirm={() => void leave()}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </div>
  );
}
