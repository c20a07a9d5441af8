/** A task as its events tell it: what was said and done, how its turns are, what it waits for. */
import { growItem, type ItemEvent, type OutputItem } from "@/lib/stream";
import type { AgentSession, AgentTurn, SessionEvent, SessionItem } from "./types";

export interface TaskState {
  session: AgentSession | null;
  items: readonly SessionItem[];
  /** By their ids. */
  turns: Readonly<Record<string, AgentTurn>>;
}

export const NOTHING: TaskState = { session: null, items: [], turns: {} };

const TURN = "agent.session.turn.";
const OVER = new Set(["completed", "failed", "incomplete", "cancelled"]);

/** The state after an event; the same one where it says nothing new. Events that were told before change nothing. */
export function applyEvent(state: TaskState, event: SessionEvent): TaskState {
  const { type } = event;
  if (event.session) return { ...state, session: event.session };
  if (event.turn) return { ...state, turns: { ...state.turns, [event.turn.id]: event.turn } };
  if (type === "agent.output.command_execution_output.delta")
    return change(state, event.item_id, (item) => ({ ...item, output: textOf(item.output) + event.delta }));
  if (!type.startsWith(TURN)) return state;
  const what = type.slice(TURN.length);
  if (event.item) return withItem(state, event.item, what === "item.done");
  return change(state, event.item_id, (item) => {
    const grown = growItem(item as OutputItem, { ...event, type: `response.${what}` } as ItemEvent);
    return grown === (item as OutputItem)
      ? item
      : { ...item, content: grown.content, summary: grown.summary };
  });
}

/** The state with items that are stored; what is known of them already is not made less. */
export function withItems(state: TaskState, stored: readonly SessionItem[]): TaskState {
  const known = new Map(state.items.map((item) => [item.id, item]));
  const merged = stored.map((item) => {
    const before = known.get(item.id);
    known.delete(item.id);
    return before && !isOver(item) ? before : item;
  });
  return { ...state, items: [...merged, ...known.values()] };
}

const TITLE_LENGTH = 80;

/** What a task is called: what its metadata say, else how its first words begin; empty where nothing is said. */
export function titleOf(state: TaskState): string {
  const given = state.session?.metadata.title;
  if (given) return given;
  const said = state.items.find((item) => item.type === "message" && item.role === "user");
  const words = said?.content?.map((part) => ("text" in part ? part.text : "")).join(" ") ?? "";
  return words.trim().split("\n", 1)[0]?.slice(0, TITLE_LENGTH) ?? "";
}

/** The turn that began last. */
export function lastTurn(state: TaskState): AgentTurn | null {
  return Object.values(state.turns).reduce<AgentTurn | null>(
    (last, turn) => (last === null || turn.id > last.id ? turn : last),
    null,
  );
}

/** Whether the agent works or waits for somebody. */
export function isActive(session: AgentSession | null): boolean {
  return session?.status === "in_progress" || session?.status === "requires_action";
}

/** Whether an item changes no more. Of thoughts it is not known, and they are told anew to whoever comes later. */
export function isOver(item: SessionItem): boolean {
  return item.type !== "reasoning" && OVER.has(item.status ?? "completed");
}

function withItem(state: TaskState, item: SessionItem, done: boolean): TaskState {
  const place = state.items.findIndex((each) => each.id === item.id);
  const before = state.items[place];
  if (!before) return { ...state, items: [...state.items, item] };
  // A turn is told again from its beginning to whoever comes in the middle of it.
  if (isOver(before) && !done) return state;
  return { ...state, items: state.items.with(place, item) };
}

function change(
  state: TaskState,
  id: string | undefined,
  grow: (item: SessionItem) => SessionItem,
): TaskState {
  const place = state.items.findIndex((each) => each.id === id);
  const before = state.items[place];
  if (!before || isOver(before)) return state;
  const after = grow(before);
  return after === before ? state : { ...state, items: state.items.with(place, after) };
}

function textOf(output: unknown): string {
  return typeof output === "string" ? output : "";
}
