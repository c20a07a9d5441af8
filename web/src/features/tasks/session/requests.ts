/** What the page asks of sessions of agents, and what it tells them. */
import { asApiError } from "@/lib/errors/api-error";
import { send } from "@/lib/request";
import type { AgentSession, AgentTurn, RequiredAction, SessionItem } from "./types";

interface PageOf<T> {
  data: T[];
  has_more: boolean;
}

const AT = "/v1/agents/sessions";
/** Where what is ours and not OpenAI's stands. */
export const OWN = "/earthshine/v1/agents";
const PAGE = 100;

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await send("GET", path, { signal })).json();
}

/** The same, or null where this server has nothing there. */
export async function getIfThere<T>(path: string, signal?: AbortSignal): Promise<T | null> {
  try {
    return await getJson<T>(path, signal);
  } catch (thrown) {
    const { status } = asApiError(thrown);
    if (status === 404 || status === 405) return null;
    throw thrown;
  }
}

/** Returns all of a list, read page by page, oldest first. */
export async function getAll<T extends { id: string }>(path: string, signal?: AbortSignal): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const after = all.at(-1)?.id;
    const query = { limit: PAGE, order: "asc", after };
    const page: PageOf<T> = await (await send("GET", path, { query, signal })).json();
    all.push(...page.data);
    if (!page.has_more || page.data.length === 0) return all;
  }
}

export const getSession = (id: string, signal?: AbortSignal) => getJson<AgentSession>(`${AT}/${id}`, signal);
export const getItems = (id: string, signal?: AbortSignal) =>
  getAll<SessionItem>(`${AT}/${id}/items`, signal);
export const getTurns = (id: string, signal?: AbortSignal) => getAll<AgentTurn>(`${AT}/${id}/turns`, signal);

export interface Beginning {
  goal: string;
  model: string | null;
  /** Whether it has a place of its own to run commands and Python in. */
  hosted: boolean;
  search: boolean;
  /** Of the person's stored files. */
  fileIds: readonly string[];
  /** Said before the paths of the files. */
  filesAre: string;
  /** What it may take at most, by kind; null for no limits. */
  limits: Readonly<Record<string, number>> | null;
}

const TITLE = 120;

/** Begins a task; returns its id. */
export async function beginTask(task: Beginning): Promise<string> {
  const body = {
    agent: { model: task.model ?? "default", tools: task.search ? [{ type: "web_search" }] : [] },
    environment: { type: task.hosted ? "openai_hosted" : "none" },
    metadata: { title: firstLine(task.goal) },
    ...(task.limits ? { earthshine: { limits: task.limits } } : {}),
  };
  if (task.fileIds.length === 0)
    return (await (await send("POST", AT, { body: { ...body, input: task.goal } })).json()).id;
  const session: AgentSession = await (await send("POST", AT, { body })).json();
  const paths: string[] = [];
  for (const file_id of task.fileIds) {
    const stored = await send("POST", `/v1/containers/${session.environment.id}/files`, {
      body: { file_id },
    });
    paths.push((await stored.json()).path);
  }
  await say(session.id, [task.goal, task.filesAre, ...paths.map((path) => `- ${path}`)].join("\n"));
  return session.id;
}

function firstLine(text: string): string {
  return [...(text.trim().split("\n")[0] ?? "")].slice(0, TITLE).join("");
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");
}

async function tell(id: string, event: object): Promise<void> {
  // Told again after a lost answer, it is not done twice.
  const headers = { "idempotency-key": newKey() };
  const ask = () => send("POST", `${AT}/${id}/events`, { body: { events: [event] }, headers });
  await ask().catch((thrown: unknown) => {
    if (asApiError(thrown).status === 0) return ask();
    throw thrown;
  });
}

/** Says something: a new turn begins with it, or the one that is under way hears it. */
export function say(id: string, text: string): Promise<void> {
  const content = [{ type: "input_text", text }];
  return tell(id, { type: "agent.session.input.message", input: [{ role: "user", content }] });
}

export const cancelTurn = (id: string) => tell(id, { type: "agent.session.input.cancel" });

/** Allows a call that waits for that, or refuses it. */
export function decide(id: string, requestId: string, approve: boolean): Promise<void> {
  const response = { type: "mcp_tool_call", decision: approve ? "approve" : "deny" };
  const type = "agent.session.input.mcp_approval_request_result";
  return tell(id, { type, request_id: requestId, response });
}

/** Tells the agent that nobody will run a function of a program's, so that it goes on without. */
export function refuseCall(id: string, { turn_id, call_id }: RequiredAction): Promise<void> {
  const error = "Nobody is there to run this function.";
  return tell(id, { type: "agent.session.input.tool_result", turn_id, call_id, success: false, error });
}

/** Lets a task take more, so that it can go on. */
export const raiseLimits = (id: string, limits: Readonly<Record<string, number>>) =>
  send("POST", `${AT}/${id}`, { body: { earthshine: { limits } } });

export const deleteTask = (id: string) => send("DELETE", `${AT}/${id}`);

/** Holds a task at its next step, or lets it go on. */
export const setPaused = (id: string, paused: boolean) =>
  send("POST", `${OWN}/sessions/${id}/${paused ? "pause" : "resume"}`);

/** Opens what happens from now on, the turn that is under way from its beginning. */
export const openEvents = (id: string, signal: AbortSignal) =>
  send("GET", `${AT}/${id}/events`, { signal, query: { include_obfuscation: false } });
