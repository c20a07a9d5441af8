import { expect, it, vi } from "vitest";
import { ApiError } from "@/lib/errors/api-error";
import { type Source, TaskFeed } from "./feed";
import type { AgentSession, SessionEvent, SessionItem } from "./types";

const session = { id: "asess_1", status: "in_progress" } as AgentSession;
const T = "agent.session.turn.";
const item: SessionItem = {
  id: "sh_1",
  turn_id: "aturn_1",
  type: "command_execution",
  status: "in_progress",
};

function stream(events: readonly SessionEvent[]): Response {
  const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  return new Response(`: listening\n\n${text}`);
}

function source(part: Partial<Source>): Source {
  return {
    open: vi.fn(async () => stream([])),
    session: async () => session,
    items: async () => [],
    turns: async () => [],
    pause: () => new Promise((resolve) => setTimeout(resolve, 1)),
    ...part,
  };
}

const now = (callback: () => void) => callback();

it("comes back by itself, and has each thing once", async () => {
  const added = { type: `${T}item.added`, item };
  const done = { type: `${T}item.done`, item: { ...item, output: "x", status: "completed" } };
  const opened = [
    async () => stream([added]),
    () => Promise.reject(new ApiError("away", 0)),
    async () => stream([added, done]),
  ];
  let times = 0;
  const open = () => (opened[times++] ?? (() => new Promise<Response>(() => undefined)))();
  const feed = new TaskFeed("asess_1", source({ open }), now);
  const links: string[] = [];
  const leave = feed.subscribe(() => links.push(feed.get().link));
  await vi.waitFor(() => expect(feed.get().items).toEqual([done.item]));
  expect(links).toContain("away");
  leave();
});

it("says what the server refuses, and that a task is gone", async () => {
  const gone = new TaskFeed("a", source({ open: () => Promise.reject(new ApiError("none", 404)) }), now);
  gone.subscribe(() => undefined);
  await vi.waitFor(() => expect(gone.get().link).toBe("gone"));
  const refused = new TaskFeed("a", source({ session: () => Promise.reject(new ApiError("no", 403)) }), now);
  refused.subscribe(() => undefined);
  await vi.waitFor(() => expect(refused.get().error).toMatchObject({ status: 403 }));
});

it("asks no more when nobody looks", async () => {
  const open = vi.fn(async () => stream([]));
  const feed = new TaskFeed("a", source({ open }), now);
  const leave = feed.subscribe(() => undefined);
  await vi.waitFor(() => expect(open.mock.calls.length).toBeGreaterThan(1));
  leave();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { length } = open.mock.calls;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(open.mock.calls.length).toBe(length);
});
