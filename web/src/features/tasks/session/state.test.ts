import { expect, it } from "vitest";
import { applyEvent, lastTurn, NOTHING, type TaskState, withItems } from "./state";
import type { AgentSession, AgentTurn, SessionEvent, SessionItem } from "./types";

const turn = (id: string, status: AgentTurn["status"]): AgentTurn => ({
  ...{ id, status, created_at: 1, completed_at: null, error: null },
});
const inTurn = { turn_id: "aturn_1" };
const message: SessionItem = {
  id: "msg_1",
  ...inTurn,
  type: "message",
  role: "assistant",
  status: "in_progress",
};
const command: SessionItem = {
  id: "sh_1",
  ...inTurn,
  type: "command_execution",
  command: "ls",
  status: "in_progress",
};
const T = "agent.session.turn.";
const events: readonly SessionEvent[] = [
  { type: `${T}created`, turn: turn("aturn_1", "in_progress") },
  { type: `${T}item.added`, item: command },
  { type: "agent.output.command_execution_output.delta", item_id: "sh_1", delta: "a.txt\n" },
  { type: "agent.output.command_execution_output.delta", item_id: "sh_1", delta: "b.txt\n" },
  {
    type: `${T}item.done`,
    item: { ...command, output: "a.txt\nb.txt\n", exit_code: 0, status: "completed" },
  },
  { type: `${T}item.added`, item: message },
  {
    type: `${T}content_part.added`,
    item_id: "msg_1",
    content_index: 0,
    part: { type: "output_text", text: "" },
  },
  { type: `${T}output_text.delta`, item_id: "msg_1", content_index: 0, delta: "تمّ " },
  { type: `${T}output_text.delta`, item_id: "msg_1", content_index: 0, delta: "الأمر" },
] as readonly SessionEvent[];

const after = (list: readonly SessionEvent[], from: TaskState = NOTHING) => list.reduce(applyEvent, from);
const said = (state: TaskState) => state.items.find((item) => item.id === "msg_1")?.content?.[0]?.text;

it("builds items from their events, as they grow", () => {
  expect(after(events.slice(0, 3)).items[0]?.output).toBe("a.txt\n");
  expect(after(events).items[0]).toMatchObject({ output: "a.txt\nb.txt\n", exit_code: 0 });
  expect(said(after(events))).toBe("تمّ الأمر");
});

it("is the same however often a turn is told from its beginning", () => {
  const once = after(events);
  expect(after(events, once)).toEqual(once);
  const cut = after(events.slice(0, 8));
  expect(after(events, cut)).toEqual(once);
});

it("takes what is stored, and keeps of a running item what it knows", () => {
  const running = after(events.slice(0, 3));
  const stored = [
    { ...command, output: null },
    { ...message, id: "msg_0", status: "completed" },
  ];
  const both = withItems(running, stored);
  expect(both.items.map((item) => [item.id, item.output])).toEqual([
    ["sh_1", "a.txt\n"],
    ["msg_0", undefined],
  ]);
  const over = withItems(running, [{ ...command, output: "all", status: "completed" }]);
  expect(over.items[0]?.output).toBe("all");
});

it("knows the last turn and the session as it was told last", () => {
  const session = { id: "asess_1", status: "idle" } as AgentSession;
  const state = after([
    { type: `${T}completed`, turn: turn("aturn_1", "completed") },
    { type: `${T}created`, turn: turn("aturn_2", "queued") },
    { type: "agent.session.idle", session },
  ]);
  expect(lastTurn(state)?.id).toBe("aturn_2");
  expect(state.session).toBe(session);
  expect(lastTurn(NOTHING)).toBeNull();
});
