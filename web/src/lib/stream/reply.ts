/**
 * A Response while it grows: events folded into the object that they tell of.
 *
 * The same folding as the server's, so that a page that saw all events has the very text that is stored.
 * Source: https://platform.openai.com/docs/api-reference/responses-streaming
 */
import { growItem, type ItemEvent, type OutputItem, type Part, put } from "./items";

export type ReplyStatus = "queued" | "in_progress" | "completed" | "incomplete" | "failed" | "cancelled";

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
  input_tokens_details?: { cached_tokens?: number };
  output_tokens_details?: { reasoning_tokens?: number };
}

/** What the app reads of a Response. */
export interface Reply {
  id: string;
  status: ReplyStatus;
  model: string;
  temperature?: number | null;
  top_p?: number | null;
  max_output_tokens?: number | null;
  created_at: number;
  completed_at?: number | null;
  output: readonly OutputItem[];
  usage: Usage | null;
  error?: { code: string; message: string } | null;
  incomplete_details?: { reason: string } | null;
}

/** One event of a response. */
export interface StreamEvent extends ItemEvent {
  sequence_number: number;
  response?: Reply;
  /** Of events of the type `error`. */
  message?: string;
}

/** When the model thought, on this page's clock in milliseconds; null for what this page did not see happen. */
export interface Thinking {
  from: number | null;
  to: number | null;
  done: boolean;
}

export interface ReplyState {
  reply: Reply | null;
  /** The number of the last event that went in; -1 before any. */
  last: number;
  thinking: Thinking | null;
}

export const NO_STATE: ReplyState = { reply: null, last: -1, thinking: null };

const ENDED: ReadonlySet<ReplyStatus> = new Set(["completed", "incomplete", "failed", "cancelled"]);

export function hasEnded(reply: Pick<Reply, "status"> | null): boolean {
  return reply !== null && ENDED.has(reply.status);
}

/** Reads the data of a server-sent event; null for what is no event of a response, such as the closing `[DONE]`. */
export function readStreamEvent(data: string): StreamEvent | null {
  if (!data.startsWith("{")) return null;
  const event = JSON.parse(data) as StreamEvent;
  return typeof event.type === "string" && typeof event.sequence_number === "number" ? event : null;
}

/**
 * Folds one event into what has grown so far. An event that went in before changes nothing.
 *
 * @param now the time of the event, or null when it happened before this page looked
 */
export function applyEvent(state: ReplyState, event: StreamEvent, now: number | null): ReplyState {
  if (event.sequence_number <= state.last) return state;
  const reply = fold(state.reply, event);
  return { reply, last: event.sequence_number, thinking: clock(state.thinking, event, now) };
}

function fold(reply: Reply | null, event: StreamEvent): Reply | null {
  if (event.response) return event.response;
  if (!reply) return reply;
  if (event.type === "error") {
    const error = { code: event.code ?? "error", message: event.message ?? "" };
    return { ...reply, status: "failed", error };
  }
  const index = event.output_index;
  if (index === undefined) return reply;
  if (event.type === "response.output_item.added" || event.type === "response.output_item.done") {
    return event.item ? { ...reply, output: put(reply.output, index, event.item) } : reply;
  }
  const item = reply.output[index];
  if (!item) return reply;
  const grown = growItem(item, event);
  return grown === item ? reply : { ...reply, output: put(reply.output, index, grown) };
}

function clock(thinking: Thinking | null, event: StreamEvent, now: number | null): Thinking | null {
  if (event.item?.type === "reasoning") {
    if (event.type === "response.output_item.added" && !thinking) return { from: now, to: null, done: false };
    if (event.type === "response.output_item.done" && thinking) return { ...thinking, to: now, done: true };
  }
  if (thinking && !thinking.done && event.response && hasEnded(event.response)) {
    return { ...thinking, to: now, done: true };
  }
  return thinking;
}

function textOf(parts: readonly Part[] | undefined): string {
  return (parts ?? []).map((part) => part.text ?? part.refusal ?? "").join("");
}

/** What the reply says, without its thinking. */
export function answerOf(reply: Pick<Reply, "output"> | null): string {
  const messages = (reply?.output ?? []).filter((item) => item.type === "message");
  return messages.map((item) => textOf(item.content)).join("\n\n");
}

/** What the model thought. */
export function thoughtsOf(reply: Pick<Reply, "output"> | null): string {
  const thoughts = (reply?.output ?? []).filter((item) => item.type === "reasoning");
  return thoughts
    .map((item) => textOf(item.content?.length ? item.content : item.summary))
    .filter(Boolean)
    .join("\n\n");
}

/** The names of the tools that the model called, each once, in the order of their first calls; without some `but`. */
export function toolsOf(
  reply: Pick<Reply, "output"> | null,
  but: (item: OutputItem) => boolean = () => false,
): readonly string[] {
  const calls = (reply?.output ?? []).filter((item) => item.type.endsWith("_call") && !but(item));
  return [...new Set(calls.map((item) => item.name ?? item.type.slice(0, -"_call".length)))];
}

/** How much text a reply has, to tell which of two states of it is the later one. */
export function lengthOf(reply: Reply | null): number {
  let length = 0;
  for (const item of reply?.output ?? []) {
    for (const part of [...(item.content ?? []), ...(item.summary ?? [])]) length += part.text?.length ?? 0;
    length += (item.arguments?.length ?? 0) + (item.code?.length ?? 0);
  }
  return length;
}
