import { useQuery } from "@tanstack/react-query";
import { use, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Tabs } from "@/components/navigation/tabs";
import { SharedFrame, SharedHead } from "@/features/share/parts";
import { api, data } from "@/lib/api";
import { addCatalogue } from "@/lib/i18n";
import { titled } from "@/lib/site-name";
import { tasksCatalogue } from "../catalogue";
import { Replay } from "../page/Replay";
import { titleOf } from "../session/state";
import type { SessionItem } from "../session/types";
import { EditorPanel } from "../timeline/EditorPanel";
import { TerminalPanel } from "../timeline/TerminalPanel";
import { Timeline } from "../timeline/Timeline";

const catalogue = addCatalogue(tasksCatalogue);

/** What a link shows of a task to whoever has it, to be stepped through: no session is asked for. */
export default function SharedTask({ token }: { token: string }) {
  use(catalogue);
  const { t } = useTranslation("share");
  const {
    data: shared,
    error,
    refetch,
  } = useQuery({
    queryKey: ["shared-task", token],
    queryFn: ({ signal }) =>
      data(
        api.GET("/earthshine/v1/agents/shared/{agent_share_token}", {
          params: { path: { agent_share_token: token } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const items = (shared?.items ?? []) as readonly SessionItem[];
  const title = titleOf({ session: null, items, turns: {} }) || shared?.title;
  useEffect(() => {
    if (title) document.title = titled(title);
  }, [title]);
  return (
    <SharedFrame label={t("read_only_task")} error={error} retry={() => void refetch()}>
      {shared ? (
        <>
          <SharedHead title={title || t("untitled")} shared={shared} />
          <Course items={items} />
        </>
      ) : null}
    </SharedFrame>
  );
}

type Tab = "course" | "terminal" | "editor";

/** All of it is shown until somebody steps back. */
function Course({ items }: { items: readonly SessionItem[] }) {
  const { t } = useTranslation("tasks");
  const [moment, show] = useState(items.length);
  const [tab, choose] = useState<Tab>("course");
  const shown = items.slice(0, moment);
  const tabs = [
    {
      value: "course" as const,
      label: t("course"),
      content: (
        <div className="flex flex-col">
          <Timeline items={shown} turns={{}} active={false} />
        </div>
      ),
    },
    {
      value: "terminal" as const,
      label: t("terminal"),
      content: <TerminalPanel items={shown} active={false} />,
    },
    { value: "editor" as const, label: t("editor"), content: <EditorPanel items={shown} /> },
  ];
  return (
    <>
      <div className="sticky top-0 z-10 -mx-4 bg-ground sm:mx-0">
        <Replay count={items.length} shown={moment} onShow={show} />
      </div>
      <Tabs label={t("workbench")} tabs={tabs} value={tab} onChange={choose} />
    </>
  );
}
