import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import type { Reply } from "@/lib/stream";
import type { Item } from "../components/code/Items";
import { useProject } from "../frame/project";

/** What a response tells of the turns before it. */
export interface Continued extends Reply {
  instructions?: string | readonly Item[] | null;
  previous_response_id?: string | null;
  conversation?: { id: string } | null;
  truncation?: string;
}

export type Summary = Schemas["ResponseSummary"];
export type Status = Summary["status"];
export type Journal = Schemas["ResponseJournal"];
export type JournalEvent = Schemas["JournalEvent"];

export const STATUSES: readonly Status[] = [
  "completed",
  "failed",
  "cancelled",
  "incomplete",
  "in_progress",
  "queued",
];

/** The filters of the log as they stand in the address. */
export const LOG_FILTERS = { status: "", model: "", user: "", key: "", since: "" };
export type LogFilters = typeof LOG_FILTERS;

/** How far back each choice of `since` goes, in seconds. */
export const SINCE: Readonly<Record<string, number>> = {
  hour: 3_600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
};

/** What the API is asked for. */
export function logQuery(filters: LogFilters, now: number) {
  const back = SINCE[filters.since];
  return {
    status: STATUSES.filter((each) => filters.status.split(",").includes(each)),
    model: filters.model || undefined,
    user: filters.user || undefined,
    key: filters.key || undefined,
    created_after: back ? Math.floor(now / 1000) - back : undefined,
  };
}

const LIVE_MS = 3_000;

/** The project's requests, newest first; with `live` what is new comes by itself. */
export function useLog(filters: LogFilters, live: boolean) {
  const project = useProject();
  return useInfiniteQuery({
    queryKey: ["console", "log", project, filters],
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/earthshine/v1/responses", {
          params: { query: { ...logQuery(filters, Date.now()), limit: 50, after: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? (page.last_id ?? undefined) : undefined),
    refetchInterval: live ? LIVE_MS : false,
    placeholderData: (before) => before,
  });
}

/** One response's journal, 200 events to a page; while it runs, new events come by themselves. */
export function useJournal(id: string) {
  const project = useProject();
  return useInfiniteQuery({
    queryKey: ["console", "journal", project, id],
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/earthshine/v1/responses/{response_id}/journal", {
          params: { path: { response_id: id }, query: { after: pageParam, limit: 200 } },
        }),
      ),
    initialPageParam: -1,
    getNextPageParam: (page) => (page.has_more ? (page.last_sequence_number ?? undefined) : undefined),
    refetchInterval: ({ state }) => (isRunning(state.data?.pages[0]?.summary.status) ? 1_500 : false),
  });
}

export function isRunning(status: Status | undefined): boolean {
  return status === "queued" || status === "in_progress";
}

/** What was said, and what was answered. */
export function useContent(id: string, running: boolean) {
  const project = useProject();
  return useQuery({
    queryKey: ["console", "content", project, id, running],
    queryFn: async () => {
      const params = { path: { response_id: id } };
      const [input, response] = await Promise.all([
        inputOf(id),
        // As a stream it would be events; asked for so, it is one object.
        data<unknown>(api.GET("/v1/responses/{response_id}", { params })) as Promise<Continued>,
      ]);
      return { input, response };
    },
    refetchInterval: running ? 1_500 : false,
  });
}

/** All that a response was given, oldest first: a client's whole conversation may be hundreds of items. */
export async function inputOf(id: string) {
  const all = [];
  for (let after: string | undefined; ; ) {
    const page = await data(
      api.GET("/v1/responses/{response_id}/input_items", {
        params: { path: { response_id: id }, query: { limit: 100, order: "asc", after } },
      }),
    );
    all.push(...page.data);
    if (!page.has_more || !page.last_id) return all;
    after = page.last_id;
  }
}
