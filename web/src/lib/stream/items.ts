/** The items of a Response's output, and how events make them grow. Source: OpenAI's Responses API. */
import type { Annotation, TextCheck } from "./annotations";

export interface Part {
  type: string;
  text?: string;
  refusal?: string;
  annotations?: readonly Annotation[];
  checks?: readonly TextCheck[];
}

export interface OutputItem {
  id?: string;
  type: string;
  status?: string;
  role?: string;
  content?: readonly Part[];
  summary?: readonly Part[];
  name?: string;
  arguments?: string;
  /** Of tools of other servers: which one; of an approval, also the type of a tool of this server. */
  server_label?: string;
  /** Of an approval of a tool of this server: the function that is to be called. */
  called?: string | null;
  /** What a tool returned, and why it did not. */
  output?: unknown;
  error?: string | { type?: string; code?: unknown; message?: unknown; content?: unknown } | null;
  /** Of a call and what came of it, which stands in an item of its own. */
  call_id?: string | null;
  /** Of code that was run. */
  code?: string | null;
  outputs?: readonly { type: string; logs?: string; url?: string }[] | null;
  /** Of searches in files and on the web. */
  queries?: readonly string[];
  /** Of searches, of commands, and of what is done on a screen. */
  action?: Action;
  actions?: readonly ScreenAction[] | null;
  results?: readonly { url?: string | null; title?: string | null; filename?: string }[] | null;
}

/** What a command printed, and how it ended. */
export interface ShellOutput {
  stdout?: string;
  stderr?: string;
  outcome?: { type: string; exit_code?: number } | null;
}

/** One of clicks, keys, words and the like; `type` says which. */
export interface ScreenAction {
  type: string;
  text?: string;
  keys?: readonly string[];
  x?: number;
  y?: number;
}

type Action = WebAction & Omit<ScreenAction, "type"> & { commands?: readonly string[] };

/** What was looked for on the web, or which page was opened. */
export interface WebAction {
  type: string;
  query?: string | null;
  queries?: readonly string[] | null;
  url?: string | null;
  pattern?: string | null;
}

/** What an event says of an item. */
export interface ItemEvent {
  type: string;
  output_index?: number;
  content_index?: number;
  summary_index?: number;
  item?: OutputItem;
  part?: Part;
  /** Of what commands print, what each of the two streams has more. */
  delta?: string | PrintedDelta;
  arguments?: string;
  queries?: readonly string[];
  action?: WebAction;
  annotation_index?: number;
  annotation?: Annotation;
  /** Of code that was written, the code; of an error, which it is. */
  code?: string | null;
  command_index?: number;
  command?: string;
  output?: readonly ShellOutput[];
}

interface PrintedDelta {
  stdout?: string | null;
  stderr?: string | null;
}

/** An item after an event of it; the same one where the event says nothing new of it. */
export function growItem(item: OutputItem, event: ItemEvent): OutputItem {
  const { content_index = 0, summary_index = 0, command_index = 0 } = event;
  const delta = typeof event.delta === "string" ? event.delta : "";
  switch (event.type) {
    case "response.content_part.added":
      return event.part ? { ...item, content: put(item.content, content_index, event.part) } : item;
    case "response.output_text.annotation.added":
      return event.annotation
        ? annotated(item, content_index, event.annotation_index, event.annotation)
        : item;
    case "response.content_part.done":
      // What was checked of the text is known at its end.
      return event.part ? { ...item, content: put(item.content, content_index, event.part) } : item;
    case "response.reasoning_summary_part.added":
      return event.part ? { ...item, summary: put(item.summary, summary_index, event.part) } : item;
    case "response.output_text.delta":
    case "response.reasoning_text.delta":
      return { ...item, content: longer(item.content, content_index, delta) };
    case "response.reasoning_summary_text.delta":
      return { ...item, summary: longer(item.summary, summary_index, delta) };
    case "response.function_call_arguments.delta":
    case "response.mcp_call_arguments.delta":
      return { ...item, arguments: (item.arguments ?? "") + delta };
    case "response.mcp_call_arguments.done":
      return { ...item, status: "calling", arguments: event.arguments ?? item.arguments };
    case "response.code_interpreter_call_code.delta":
      return { ...item, code: (item.code ?? "") + delta };
    case "response.code_interpreter_call_code.done":
      return { ...item, code: event.code ?? item.code };
    case "response.code_interpreter_call.interpreting":
      return { ...item, status: "interpreting" };
    case "response.web_search_call.searching":
      return { ...item, status: "searching", action: event.action ?? item.action };
    case "response.file_search_call.searching":
      return { ...item, status: "searching", queries: event.queries ?? item.queries };
    case "response.shell_call_command.added":
    case "response.shell_call_command.done":
      return withCommand(item, command_index, event.command ?? "");
    case "response.shell_call_command.delta":
      return withCommand(item, command_index, (item.action?.commands?.[command_index] ?? "") + delta);
    case "response.shell_call_output_content.delta":
      return typeof event.delta === "object" ? printed(item, command_index, event.delta) : item;
    case "response.shell_call_output_content.done": {
      const whole = event.output?.[0];
      return whole ? { ...item, output: put(outputsOf(item), command_index, whole) } : item;
    }
    default:
      // The other `.done` events repeat what the deltas said.
      return item;
  }
}

function withCommand(item: OutputItem, index: number, command: string): OutputItem {
  const action = item.action ?? { type: "exec" };
  return { ...item, action: { ...action, commands: put(action.commands, index, command) } };
}

function printed(item: OutputItem, index: number, more: PrintedDelta): OutputItem {
  const { stdout = "", stderr = "", ...known } = outputsOf(item)[index] ?? {};
  const longer = { ...known, stdout: stdout + (more.stdout ?? ""), stderr: stderr + (more.stderr ?? "") };
  return { ...item, output: put(outputsOf(item), index, longer) };
}

/** What commands printed, of an item that tells it. */
export function outputsOf(item: OutputItem): readonly ShellOutput[] {
  return Array.isArray(item.output) ? item.output : [];
}

/** A list with another value in one place. */
export function put<T>(list: readonly T[] | undefined, index: number, value: T): readonly T[] {
  const copy = list ? [...list] : [];
  copy[index] = value;
  return copy;
}

function longer(parts: readonly Part[] | undefined, index: number, delta: string): readonly Part[] {
  const part = parts?.[index] ?? { type: "output_text", text: "" };
  return put(parts, index, { ...part, text: (part.text ?? "") + delta });
}

function annotated(
  item: OutputItem,
  index: number,
  place: number | undefined,
  annotation: Annotation,
): OutputItem {
  const part = item.content?.[index] ?? { type: "output_text", text: "" };
  const annotations = put(part.annotations, place ?? part.annotations?.length ?? 0, annotation);
  return { ...item, content: put(item.content, index, { ...part, annotations }) };
}
