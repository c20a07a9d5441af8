/** What the pages ask of researches, and what they tell them. */
import { queryOptions, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { toast } from "@/components/overlays/toast";
import { api, data } from "@/lib/api";
import { errorText } from "@/lib/errors/texts";
import { queryClient } from "@/lib/query-client";
import { send } from "@/lib/request";
import { saveFile } from "@/lib/save-file";
import { followers, type Reply } from "@/lib/stream";
import type { Research } from "./types";

const AT = "/earthshine/v1/research";
const LIST = ["research", "list"];
const PAGE = 50;
const LIST_MS = 5000;
/** Notes and checks are no events of the response: it is also looked at by the clock. */
const LOOK_MS = 2500;

export type ResearchState = "waiting" | "paused" | "running" | "done" | "failed" | "stopped";

/** How far a research is, in one word. */
export function stateOf(research: {
  status: Research["status"];
  waiting?: Research["waiting"];
}): ResearchState {
  if (research.waiting === "paused") return "paused";
  if (research.waiting) return "waiting";
  if (research.status === "queued" || research.status === "in_progress") return "running";
  if (research.status === "failed") return "failed";
  return research.status === "cancelled" ? "stopped" : "done";
}

/** Whether nothing more comes. */
export const isOver = ({ status }: Pick<Research, "status">) =>
  status !== "queued" && status !== "in_progress";

export function useResearches() {
  return useInfiniteQuery({
    queryKey: LIST,
    queryFn: ({ pageParam, signal }) =>
      data(api.GET(AT, { params: { query: { limit: PAGE, after: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? page.data.at(-1)?.id : undefined),
    refetchInterval: LIST_MS,
  });
}

const at = (research_id: string) => ({ params: { path: { research_id } } });

const researchQuery = (id: string) =>
  queryOptions({
    queryKey: ["research", "one", id],
    queryFn: ({ signal }) => data(api.GET(`${AT}/{research_id}`, { ...at(id), signal })),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : LOOK_MS),
  });

const nothing = () => () => {};

/** A research as far as it has come: asked for anew whenever an event of its response says more. */
export function useResearch(id: string) {
  const query = useQuery(researchQuery(id));
  const goesOn = query.data !== undefined && !isOver(query.data);
  const follower = useMemo(() => (goesOn ? followers.follow(id) : undefined), [id, goesOn]);
  const followed = useSyncExternalStore(follower?.subscribe ?? nothing, follower?.get ?? (() => null));
  const seen = seenOf(followed?.reply ?? null);
  useEffect(() => {
    if (seen) void queryClient.invalidateQueries({ queryKey: researchQuery(id).queryKey });
  }, [id, seen]);
  return query;
}

/** The finished response of a research: the name that was asked, and what it says. */
export function useResponse(id: string, enabled: boolean) {
  const params = { path: { response_id: id } };
  return useQuery({
    queryKey: ["research", "response", id],
    queryFn: async ({ signal }) => {
      const reply = await data(api.GET("/v1/responses/{response_id}", { params, signal }));
      return reply as unknown as Reply;
    },
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
}

function seenOf(reply: Reply | null): string {
  return reply ? `${reply.status} ${reply.output.map((item) => item.status ?? "").join()}` : "";
}

export type Told =
  | { to: "plan"; body: { questions: { id?: string; text: string }[] } }
  | { to: "sources"; body: { add?: string[]; drop?: string[] } }
  | { to: "deepen"; body: { question: string } }
  | { to: "steer"; body: { text: string } }
  | { to: "pause" | "resume"; body?: undefined };

/** What a research that goes on hears at its next step. */
const HEARD_LATER: ReadonlySet<Told["to"]> = new Set(["sources", "deepen", "steer", "pause"]);

function tell(id: string, { to, body }: Told) {
  switch (to) {
    case "plan":
      return api.POST(`${AT}/{research_id}/plan`, { ...at(id), body });
    case "sources":
      return api.POST(`${AT}/{research_id}/sources`, { ...at(id), body });
    case "deepen":
      return api.POST(`${AT}/{research_id}/deepen`, { ...at(id), body });
    case "steer":
      return api.POST(`${AT}/{research_id}/steer`, { ...at(id), body });
    default:
      return api.POST(`${AT}/{research_id}/${to}`, at(id));
  }
}

/** Tells a research something. What goes on from a finished one is a research of its own, to which the page goes. */
export function useTell(id: string) {
  const { t } = useTranslation("research");
  const [, go] = useLocation();
  return useMutation({
    mutationFn: (told: Told) => data(tell(id, told)),
    onSuccess: (research, { to }) => {
      queryClient.setQueryData(researchQuery(research.id).queryKey, research);
      if (research.id !== id) go(`/research/${research.id}`);
      else if (HEARD_LATER.has(to) && !isOver(research)) toast(t("heard_next"));
    },
    onError: (thrown) => toast(errorText(thrown), { kind: "error" }),
  });
}

/** A quotation in the text around it, looked up in the kept file now. */
export function useShownEvidence(id: string, evidenceId: string) {
  return useQuery({
    queryKey: ["research", "evidence", id, evidenceId],
    queryFn: ({ signal }) => {
      const params = { path: { research_id: id, evidence_id: evidenceId } };
      return data(api.GET(`${AT}/{research_id}/evidence/{evidence_id}`, { params, signal }));
    },
    staleTime: 60_000,
  });
}

/** Asks something more of a finished report; returns the id of the research that answers. */
export async function askMore(id: string, model: string, input: string): Promise<string> {
  const body = { model, input, previous_response_id: id, background: true, store: true };
  return (await (await send("POST", "/v1/responses", { body })).json()).id;
}

export const stop = (id: string) => send("POST", `/v1/responses/${id}/cancel`);
export const remove = (id: string) => send("DELETE", `/v1/responses/${id}`);
export const refreshList = () => void queryClient.invalidateQueries({ queryKey: LIST });

export const FORMATS = ["md", "html", "pdf", "docx", "json"] as const;

/** Hands over the report as a file of this format. */
export async function download(id: string, title: string, format: (typeof FORMATS)[number]): Promise<void> {
  const reply = await send("GET", `${AT}/${id}/report`, { query: { format } });
  saveFile(
    await reply.blob(),
    `${title
      .replace(/[\\/:*?"<>|\s]+/g, " ")
      .slice(0, 100)
      .trim()}.${format}`,
  );
}
