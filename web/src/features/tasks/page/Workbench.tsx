import { Monitor } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Tabs } from "@/components/navigation/tabs";
import { BrowserWindow } from "@/features/chat/parts";
import { Results } from "../results/Results";
import type { AgentSession, SessionItem } from "../session/types";
import { EditorPanel } from "../timeline/EditorPanel";
import { TerminalPanel } from "../timeline/TerminalPanel";

interface WorkbenchProps {
  session: AgentSession;
  items: readonly SessionItem[];
  active: boolean;
  /** Changes when there may be new files. */
  seen: string;
  /** On a narrow screen it is the first of the tabs. */
  course?: ReactNode;
}

type Tab = "course" | "terminal" | "editor" | "results" | "browser";

/** What the agent works with: its terminal, what it writes, its browser, and its files. */
export function Workbench({ session, items, active, seen, course }: WorkbenchProps) {
  const { t } = useTranslation("tasks");
  const [chosen, choose] = useState<Tab | null>(null);
  const browses = items.some((item) => item.name?.startsWith("browser_") || item.type === "computer_call");
  const works = items.some((item) => item.type === "command_execution");
  const tabs = [
    ...(course ? [{ value: "course" as const, label: t("course"), content: course }] : []),
    {
      value: "terminal" as const,
      label: t("terminal"),
      content: <TerminalPanel items={items} active={active} />,
    },
    { value: "editor" as const, label: t("editor"), content: <EditorPanel items={items} /> },
    { value: "results" as const, label: t("results"), content: <Results session={session} seen={seen} /> },
    ...(browses ? [{ value: "browser" as const, label: t("browser"), content: <LookAtBrowser /> }] : []),
  ];
  // What came of it is what somebody wants to see at the end.
  const fitting: Tab = course ? "course" : works && !active ? "results" : "terminal";
  return <Tabs label={t("workbench")} tabs={tabs} value={chosen ?? fitting} onChange={choose} />;
}

function LookAtBrowser() {
  const { t } = useTranslation("chat");
  const [open, show] = useState(false);
  return (
    <>
      <Button onClick={() => show(true)}>
        <Monitor className="size-4" aria-hidden />
        {t("browser_look")}
      </Button>
      {open ? <BrowserWindow onClose={() => show(false)} /> : null}
    </>
  );
}
