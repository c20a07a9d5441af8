import { Ellipsis, PanelLeft } from "lucide-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { IconButton } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { Menu, MenuItem } from "@/components/overlays/menu";
import { toast } from "@/components/overlays/toast";
import { ShareDialog } from "@/features/share";
import { openSidebar, useFolded } from "@/features/shell";
import { cx } from "@/lib/class-names";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { StatusBadge } from "../lists/StatusBadge";
import { refreshTasks, statusOf } from "../lists/tasks";
import { deleteTask } from "../session/requests";
import { lastTurn, type TaskState, titleOf } from "../session/state";
import type { AgentSession } from "../session/types";
import { askForNotices, noticesPossible } from "./use-notices";

interface TaskHeadProps {
  task: TaskState;
  session: AgentSession;
  onReplay?: () => void;
}

/** The line above a task: what it is, how far it is, what it took so far, and what can be done with it. */
export function TaskHead({ task, session, onReplay }: TaskHeadProps) {
  const { t } = useTranslation("tasks");
  const format = useFormat();
  const folded = useFolded();
  const [, go] = useLocation();
  const [asked, ask] = useState<"share" | "delete" | null>(null);
  const title = titleOf(task) || t("untitled");
  const tokens = session.usage?.total_tokens ?? 0;
  const remove = () =>
    deleteTask(session.id)
      .then(() => {
        refreshTasks();
        go("/tasks", { replace: true });
      })
      .catch((thrown) => toast(errorText(thrown), { kind: "error" }));
  return (
    <header className="flex min-h-14 shrink-0 items-center gap-2 border-b border-line px-2 sm:px-3">
      <IconButton label={t("open_sidebar")} onClick={openSidebar} className={cx(!folded && "md:hidden")}>
        <PanelLeft className="mirrored" />
      </IconButton>
      <div className="flex min-w-0 flex-1 flex-col py-1 sm:flex-row sm:items-center sm:gap-3">
        <h1 className="min-w-0 truncate font-semibold">
          <bdi>
            <BidiLine text={title} />
          </bdi>
        </h1>
        <p className="flex min-w-0 items-center gap-2 text-sm text-ink-faint">
          <span role="status">
            <StatusBadge status={statusOf(session, lastTurn(task))} />
          </span>
          {tokens ? (
            <span className="truncate">{t("tokens", { count: tokens, number: format.number(tokens) })}</span>
          ) : null}
        </p>
      </div>
      <Menu
        trigger={
          <IconButton label={t("more")}>
            <Ellipsis />
          </IconButton>
        }
      >
        {onReplay ? <MenuItem onSelect={onReplay}>{t("replay")}</MenuItem> : null}
        {noticesPossible() ? (
          <MenuItem onSelect={() => void askForNotices()}>{t("notify_me")}</MenuItem>
        ) : null}
        <MenuItem onSelect={() => ask("share")}>{t("share")}</MenuItem>
        <MenuItem danger onSelect={() => ask("delete")}>
          {t("delete")}
        </MenuItem>
      </Menu>
      {asked === "share" ? (
        <Suspense>
          <ShareDialog shared={{ kind: "task", id: session.id }} onClose={() => ask(null)} />
        </Suspense>
      ) : null}
      {asked === "delete" ? (
        <Confirm
          title={t("delete_title")}
          text={t("delete_text")}
          action={t("delete")}
          onConfirm={() => void remove()}
          onClose={() => ask(null)}
        />
      ) : null}
    </header>
  );
}
