/** Tells that a task waits or is over: in the window's name, and by the browser where that is allowed. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { titled } from "@/lib/site-name";
import type { AgentSession } from "../session/types";

/** Whether the browser can be asked for the permission to notify. */
export function noticesPossible(): boolean {
  return "Notification" in window && Notification.permission === "default";
}

/** Asks for it; only at a press, as browsers demand. */
export async function askForNotices(): Promise<void> {
  await Notification.requestPermission();
}

const SIGNS: Partial<Record<AgentSession["status"], string>> = {
  in_progress: "… ",
  requires_action: "● ",
  budget_reached: "● ",
};

export function useNotices(session: AgentSession, name: string): void {
  const { t } = useTranslation("tasks");
  const { status } = session;
  const title = name || t("untitled");
  const before = useRef(status);
  useEffect(() => {
    document.title = (SIGNS[status] ?? "") + titled(title);
  }, [status, title]);
  useEffect(() => {
    const changed = before.current !== status && before.current !== "idle";
    before.current = status;
    if (!changed || status === "in_progress") return;
    const words = t(status === "requires_action" ? "notice_waits" : "notice_over");
    if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    const notice = new Notification(title, {
      body: words,
      tag: session.id,
      lang: document.documentElement.lang,
    });
    notice.onclick = () => window.focus();
  }, [status, title, session.id, t]);
}
