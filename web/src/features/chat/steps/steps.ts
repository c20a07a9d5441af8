/** What a reply did with tools of the server's, step by step. Source: the items of OpenAI's Responses API. */
import type { OutputItem, Reply, ScreenAction } from "@/lib/stream";
import { inTerminal, pathOf, picturesIn, type StepPicture, textOf } from "./outputs";

export type StepState = "running" | "done" | "failed";

interface Common {
  key: string;
  state: StepState;
  /** What went wrong, as the model read it; empty where nothing did, or nobody said. */
  error: string;
}

export type Step = Common &
  (
    | { kind: "code"; code: string; printed: string; pictures: readonly StepPicture[] }
    | { kind: "shell"; commands: readonly string[]; terminal: string }
    | { kind: "server"; server: string; name: string; arguments: string; output: string }
    | { kind: "web_search"; words: readonly string[]; pages: readonly string[] }
    | { kind: "web_page"; url: string; title: string; pattern: string }
    | { kind: "files"; words: readonly string[]; names: readonly string[] }
    | { kind: "screen"; actions: readonly ScreenAction[]; pictures: readonly StepPicture[] }
    | {
        kind: "function";
        name: string;
        arguments: string;
        output: string;
        pictures: readonly StepPicture[];
      }
  );

type Answers = ReadonlyMap<string, OutputItem>;

/** The steps of a reply, in their order. One that was begun when the reply ended has failed. */
export function stepsOf(reply: Pick<Reply, "output"> | null, running: boolean): readonly Step[] {
  const output = (reply?.output ?? []).filter(Boolean);
  const answers: Answers = new Map(
    output.flatMap((item) =>
      item.call_id && item.type.endsWith("_call_output") ? [[item.call_id, item]] : [],
    ),
  );
  return output.flatMap((item, place) => stepOf(item, item.id ?? String(place), answers, running) ?? []);
}

function stepOf(item: OutputItem, key: string, answers: Answers, running: boolean): Step | null {
  const error = errorOf(item.error);
  const common: Common = { key, state: error ? "failed" : stateOf(item.status, running), error };
  const answer = answers.get(item.call_id ?? "");
  // A call that has an answer of its own is not over when it is written.
  const called: Common = { ...common, state: stateOf(answer?.status ?? (answer ? "" : "calling"), running) };
  switch (item.type) {
    case "code_interpreter_call":
      return codeStep(item, common);
    case "mcp_call": {
      const { server_label: server = "", name = "", arguments: given = "" } = item;
      return { ...common, kind: "server", server, name, arguments: given, output: textOf(item.output) };
    }
    case "web_search_call":
      return webStep(item, common);
    case "file_search_call": {
      const names = (item.results ?? []).map((each) => each.filename ?? "");
      return { ...common, kind: "files", words: item.queries ?? [], names: each(names) };
    }
    case "shell_call": {
      const commands = (item.action?.commands ?? []).filter(Boolean);
      return { ...called, kind: "shell", commands, terminal: inTerminal(commands, answer) };
    }
    case "computer_call": {
      const actions = item.actions ?? (item.action ? [item.action] : []);
      return { ...called, kind: "screen", actions, pictures: picturesIn(answer) };
    }
    case "function_call": {
      // Without an answer it is the client's, who is not here.
      if (!answer && !running) return null;
      const { name = "", arguments: given = "" } = item;
      const came = { output: textOf(answer?.output), pictures: picturesIn(answer) };
      return { ...called, kind: "function", name, arguments: given, ...came };
    }
    default:
      return null;
  }
}

function codeStep(item: OutputItem, common: Common): Step {
  const outputs = item.outputs ?? [];
  const printed = outputs.map((output) => output.logs ?? "").filter(Boolean);
  const pictures = outputs.flatMap((output) => pathOf(output.url ?? ""));
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
  if (!status || status === "completed") return "done";
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

/** Each once, without empty ones. */
function each(list: readonly string[]): readonly string[] {
  return [...new Set(list.filter(Boolean))];
}

/** Code as Markdown shows it: within a fence that the code cannot end. */
export function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}
