import { ListChecks, Plus } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { Button } from "@/components/button";
import { Empty, Failure, Loading } from "@/components/states";
import { Page } from "@/features/shell";
import { useFormat } from "@/lib/i18n/format";
import { titled } from "@/lib/site-name";
import { Schedules } from "./Schedules";
import { StatusBadge } from "./StatusBadge";
import { type ListedTask, type TaskStatus, useTasks } from "./tasks";

/** What concerns somebody most comes first. */
const GROUPS: readonly (readonly [string, readonly TaskStatus[]])[] = [
  ["group_waiting", ["waiting"]],
  ["group_running", ["running", "paused", "new"]],
  ["group_over", ["done", "failed", "stopped"]],
];

const START =
  "inline-flex min-h-10 items-center gap-2 rounded-lg bg-accent px-4 font-medium whitespace-nowrap text-accent-ink hover:bg-accent-hover";

/** All tasks of a person, and how far each is. */
export function TaskList() {
  const { t } = useTranslation("tasks");
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useTasks();
  const tasks = data?.pages.flatMap((page) => page.data) ?? [];
  useEffect(() => {
    document.title = titled(t("tasks"));
  }, [t]);
  const start = (
    <Link href="/tasks/new" className={START}>
      <Plus className="size-4" aria-hidden />
      {t("new_task")}
    </Link>
  );
  return (
    <Page title={t("tasks")} actions={tasks.length > 0 ? start : undefined}>
      {error && !data ? <Failure error={error} retry={() => void refetch()} /> : null}
      {!data && !error ? <Loading /> : null}
      {data && tasks.length === 0 ? (
        <Empty icon={<ListChecks />} title={t("no_tasks")} text={t("no_tasks_text")} action={start} />
      ) : null}
      <Schedules />
      {GROUPS.map(([name, statuses]) => {
        const mine = tasks.filter((task) => statuses.includes(task.status));
        if (mine.length === 0) return null;
        return (
          <section key={name} aria-label={t(name)}>
            <h2 className="mb-1 text-sm font-medium text-ink-soft">{t(name)}</h2>
            <ul className="flex flex-col divide-y divide-line">
              {mine.map((task) => (
                <Row key={task.id} task={task} />
              ))}
            </ul>
          </section>
        );
      })}
      {hasNextPage ? (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()} className="self-center">
          {t("older")}
        </Button>
      ) : null}
    </Page>
  );
}

function Row({ task }: { task: ListedTask }) {
  const { t } = useTranslation("tasks");
  const format = useFormat();
  return (
    <li>
      <Link
        href={`/tasks/${task.id}`}
        className="-mx-2 flex min-h-12 flex-wrap items-center gap-x-3 gap-y-0.5 rounded-lg px-2 py-2 hover:bg-hover"
      >
        <span className="min-w-0 flex-1 basis-48 truncate">
          <bdi>
            <BidiLine text={task.title || t("untitled")} />
          </bdi>
        </span>
        <StatusBadge status={task.status} />
        <span className="text-sm text-ink-faint">{format.ago(task.last_active_at * 1000)}</span>
      </Link>
    </li>
  );
}
