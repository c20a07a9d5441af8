/** What a reply did with tools of the server's, step by step. Source: the items of OpenAI's Responses API. */
import type { OutputItem, Reply } from "@/lib/stream";

export type StepState = "running" | "done" | "failed";

interface Common {
  key: string;
  state: StepState;
  /** What went wrong, as the model read it; empty where nothing did, or nobody said. */
  error: string;
}

/** A picture that code made. */
export interface Made {
  containerId: string;
  fileId: string;
}

export type Step = Common &
  (
    | { kind: "code"; code: string; printed: string; pictures: readonly Made[] }
    | { kind: "server"; server: string; name: string; arguments: string; output: string }
    | { kind: "web_search"; words: readonly string[]; pages: readonly string[] }
    | { kind: "web_page"; url: string; title: string; pattern: string }
    | { kind: "files"; words: readonly string[]; names: readonly string[] }
  );

const KINDS = new Set(["code_interpreter_call", "mcp_call", "web_search_call", "file_search_call"]);

/** Whether there is more to say of an item than the name of a tool. */
export function isStep(item: OutputItem): boolean {
  return KINDS.has(item.type);
}

/** The steps of a reply, in their order. One that was begun when the reply ended has failed. */
export function stepsOf(reply: Pick<Reply, "output"> | null, running: boolean): readonly Step[] {
  return (reply?.output ?? []).flatMap((item, place) =>
    item && isStep(item) ? [stepOf(item, item.id ?? String(place), running)] : [],
  );
}

function stepOf(item: OutputItem, key: string, running: boolean): Step {
  const error = errorOf(item.error);
  const common: Common = { key, state: error ? "failed" : stateOf(item.status, running), error };
  if (item.type === "mcp_call") {
    const { server_label: server = "", name = "", arguments: given = "" } = item;
    return { ...common, kind: "server", server, name, arguments: given, output: textOf(item.output) };
  }
  if (item.type === "file_search_call") {
    const names = (item.results ?? []).map((each) => each.filename ?? "");
    return { ...common, kind: "files", words: item.queries ?? [], names: each(names) };
  }
  if (item.type === "web_search_call") return webStep(item, common);
  const outputs = item.outputs ?? [];
  const printed = outputs.map((output) => output.logs ?? "").filter(Boolean);
  const pictures = outputs.flatMap((output) => madeAt(output.url ?? ""));
  return { ...common, kind: "code", code: item.code ?? "", printed: printed.join("\n"), pictures };
}

function webStep(item: OutputItem, common: Common): Step {
  const { action, results } = item;
  const url = action?.url ?? "";
  if (action && action.type !== "search" && url) {
    const title = results?.find((found) => found.url === url)?.title ?? results?.[0]?.title ?? "";
    return { ...common, kind: "web_page", url, title, pattern: action.pattern ?? "" };
  }
  const words = action?.queries ?? (action?.query ? [action.query] : []);
  const found = (results ?? []).flatMap((result) => (result.url ? [result.url] : []));
  return { ...common, kind: "web_search", words, pages: each(found) };
}

function stateOf(status: string | undefined, running: boolean): StepState {
  if (status === "completed" || status === undefined) return "done";
  if (status === "failed" || status === "incomplete") return "failed";
  return running ? "running" : "failed";
}

function errorOf(error: OutputItem["error"]): string {
  if (!error) return "";
  if (typeof error === "string") return error;
  if (typeof error.message === "string") return error.message;
  if (!Array.isArray(error.content)) return "";
  return error.content.map((part: { text?: unknown } | null) => textOf(part?.text)).join("\n");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Each once, without empty ones. */
function each(list: readonly string[]): readonly string[] {
  return [...new Set(list.filter(Boolean))];
}

const CONTENT = /\/v1\/containers\/([\w-]+)\/files\/([\w-]+)\/content$/;

function madeAt(url: string): Made[] {
  const [, containerId, fileId] = CONTENT.exec(url) ?? [];
  return containerId && fileId ? [{ containerId, fileId }] : [];
}

/** Code as Markdown shows it: within a fence that the code cannot end. */
export function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}
