import { useMutation, useQuery } from "@tanstack/react-query";
import { CalendarClock, Pause, Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { IconButton } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { queryClient } from "@/lib/query-client";
import { send } from "@/lib/request";
import { getAll, getJson } from "../session/requests";

interface Automation {
  id: string;
  name: string;
  status: "active" | "paused" | "completed";
  expression?: string;
  timezone?: string;
  run_at?: number | null;
}

interface Invocation {
  created_at: number;
  session_id: string | null;
  status: "queued" | "completed" | "failed" | "skipped";
}

const AT = "/v1/agents/automations";
const LIST = ["tasks", "schedules"];

/** What begins by itself: when, what it did last, and whether it is held. Nothing where there is none. */
export function Schedules() {
  const { t } = useTranslation("tasks");
  const { data } = useQuery({ queryKey: LIST, queryFn: ({ signal }) => getAll<Automation>(AT, signal) });
  if (!data?.length) return null;
  return (
    <section aria-label={t("schedules")}>
      <h2 className="mb-1 text-sm font-medium text-ink-soft">{t("schedules")}</h2>
      <ul className="flex flex-col divide-y divide-line">
        {data.map((each) => (
          <Row key={each.id} automation={each} />
        ))}
      </ul>
    </section>
  );
}

function Row({ automation }: { automation: Automation }) {
  const { t } = useTranslation("tasks");
  const format = useFormat();
  const { id, name, status, expression, timezone, run_at } = automation;
  const last = useQuery({
    queryKey: [...LIST, id, "last"],
    queryFn: async ({ signal }) =>
      (await getJson<{ data: Invocation[] }>(`${AT}/${id}/invocations?limit=1&order=desc`, signal)).data[0] ??
      null,
  }).data;
  const { mutate, isPending } = useMutation({
    mutationFn: () => send("POST", `${AT}/${id}/${status === "paused" ? "resume" : "pause"}`),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: LIST }),
    onError: (thrown) => toast(errorText(thrown), { kind: "error" }),
  });
  return (
    <li className="flex min-h-12 items-center gap-3 py-2">
      <CalendarClock className="size-5 shrink-0 text-ink-faint" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="truncate">
          <bdi>
            <BidiLine text={name} />
          </bdi>
        </p>
        <p className="flex flex-wrap gap-x-3 text-sm text-ink-faint">
          <bdi>{expression ? `${expression} ${timezone}` : format.dateTime((run_at ?? 0) * 1000)}</bdi>
          <span>{t(`schedule_${status}`)}</span>
          {last ? (
            <LastTime
              last={last}
              words={t(`invocation_${last.status}`, { when: format.ago(last.created_at * 1000) })}
            />
          ) : null}
        </p>
      </div>
      {status === "completed" ? null : (
        <IconButton
          label={t(status === "paused" ? "schedule_resume" : "schedule_pause", { name })}
          disabled={isPending}
          onClick={() => mutate()}
        >
          {status === "paused" ? <Play className="mirrored" /> : <Pause />}
        </IconButton>
      )}
    </li>
  );
}

function LastTime({ last, words }: { last: Invocation; words: string }) {
  if (!last.session_id) return <span>{words}</span>;
  return (
    <Link href={`/tasks/${last.session_id}`} className="text-accent hover:underline">
      {words}
    </Link>
  );
}
