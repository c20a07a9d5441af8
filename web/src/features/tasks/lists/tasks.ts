/** The person's tasks, newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { queryClient } from "@/lib/query-client";
import type { AgentSession, AgentTurn } from "../session/types";

export type ListedTask = Schemas["AgentTask"];
export type TaskStatus = ListedTask["status"];

const LOOK_MS = 3000;
const LIST = ["tasks", "list"];
const PAGE = 50;

export function useTasks() {
  return useInfiniteQuery({
    queryKey: LIST,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, order: "desc" as const, after: pageParam };
      return data(api.GET("/earthshine/v1/agents/tasks", { params: { query }, signal }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? page.data.at(-1)?.id : undefined),
    refetchInterval: LOOK_MS,
  });
}

export function refreshTasks(): void {
  void queryClient.invalidateQueries({ queryKey: LIST });
}

/** How a task is, as the list says it, of one that is followed. */
export function statusOf(session: AgentSession, turn: AgentTurn | null): TaskStatus {
  if (session.earthshine?.paused) return "paused";
  if (session.status === "requires_action") return "waiting";
  if (session.status === "in_progress") return "running";
  if (session.status === "failed" || turn?.status === "failed") return "failed";
  if (turn?.status === "cancelled") return "stopped";
  return turn ? "done" : "new";
}
