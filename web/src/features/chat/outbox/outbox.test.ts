import { describe, expect, it, vi } from "vitest";
import { ApiError } from "@/lib/errors/api-error";
import type { InputItem } from "../turns/input";
import { Outbox, type OutboxEnvironment } from "./outbox";

const unreachable = () => new ApiError("no network", 0);
const refused = () => new ApiError("no", 400, "bad");

function setUp(kept: string | null = null, large = new Map<string, readonly InputItem[]>()) {
  const received: string[] = [];
  const state = { kept, large, failures: [] as ApiError[], woken: [] as (() => void)[] };
  const fail = () => {
    const error = state.failures.shift();
    if (error) throw error;
  };
  const environment: OutboxEnvironment = {
    async createChat(body) {
      fail();
      received.push(`chat ${body.id}`);
    },
    async createTurn(chatId, body) {
      fail();
      received.push(`turn ${body.id} after ${body.parent_id} in ${chatId}`);
    },
    pause: () => new Promise((resolve) => state.woken.push(resolve)),
    load: () => state.kept,
    save: (text) => {
      state.kept = text;
    },
    loadLarge: async (turnId) => large.get(turnId),
    async saveLarge(turnId, input) {
      large.set(turnId, input);
      return true;
    },
    async dropLarge(turnId) {
      large.delete(turnId);
    },
  };
  return { received, state, environment, outbox: new Outbox(environment) };
}

const LARGE_INPUT = [{ role: "user", content: "قمر".repeat(50_000) }];

const turn = (id: string, parent_id: string | null) => ({ id, parent_id, input: [] });
const idle = (outbox: Outbox) => vi.waitFor(() => expect(outbox.get()).toEqual([]));

describe("Outbox", () => {
  it("makes the chat first, then sends one message after the other", async () => {
    const { outbox, received } = setUp();
    outbox.add("c", turn("a", null), { id: "c", settings: {} });
    outbox.add("c", turn("b", "a"));
    await idle(outbox);
    expect(received).toEqual(["chat c", "turn a after null in c", "turn b after a in c"]);
  });

  it("keeps what did not arrive and tries again with the same ids", async () => {
    const { outbox, received, state } = setUp();
    state.failures = [unreachable(), unreachable()];
    outbox.add("c", turn("a", null), { id: "c", settings: {} });
    await vi.waitFor(() => expect(outbox.get()[0]?.state).toBe("waiting"));
    expect(JSON.parse(state.kept ?? "")).toHaveLength(1);
    state.woken.shift()?.();
    await vi.waitFor(() => expect(state.woken).toHaveLength(1));
    outbox.retry();
    await idle(outbox);
    expect(received).toEqual(["chat c", "turn a after null in c"]);
    expect(JSON.parse(state.kept ?? "")).toEqual([]);
  });

  it("does not make a chat twice when only the message failed", async () => {
    const { outbox, received, state, environment } = setUp();
    const create = vi.spyOn(environment, "createTurn").mockRejectedValueOnce(unreachable());
    outbox.add("c", turn("a", null), { id: "c", settings: {} });
    await vi.waitFor(() => expect(state.woken).toHaveLength(1));
    state.woken.shift()?.();
    await idle(outbox);
    expect(create).toHaveBeenCalledTimes(2);
    expect(received.filter((each) => each.startsWith("chat"))).toHaveLength(1);
  });

  it("leaves to the person what the server refused, and what follows it waits", async () => {
    const { outbox, received, state } = setUp();
    state.failures = [refused()];
    outbox.add("c", turn("a", "z"));
    outbox.add("c", turn("b", "a"));
    await vi.waitFor(() => expect(outbox.get()[0]?.state).toBe("refused"));
    expect(received).toEqual([]);
    expect(outbox.discard("a")?.turnId).toBe("a");
    outbox.retry("c");
    await idle(outbox);
    expect(received).toEqual(["turn b after z in c"]);
  });

  it("gives the chat to the next message when the first is taken back", async () => {
    const { outbox, received, state } = setUp();
    state.failures = [refused()];
    outbox.add("c", turn("a", null), { id: "c", settings: {} });
    outbox.add("c", turn("b", "a"));
    await vi.waitFor(() => expect(outbox.get()[0]?.state).toBe("refused"));
    outbox.discard("a");
    outbox.retry("c");
    await idle(outbox);
    expect(received).toEqual(["chat c", "turn b after null in c"]);
  });

  it("sends after a reload what an earlier page could not", async () => {
    const before = setUp();
    before.state.failures = [unreachable()];
    before.outbox.add("c", turn("a", null), { id: "c", settings: {} });
    await vi.waitFor(() => expect(before.outbox.get()[0]?.state).toBe("waiting"));
    const after = setUp(before.state.kept);
    await after.outbox.start();
    await idle(after.outbox);
    expect(after.received).toEqual(["chat c", "turn a after null in c"]);
    await after.outbox.start();
    expect(after.received).toHaveLength(2);
  });

  it("keeps what is large apart, and finds it again", async () => {
    const before = setUp();
    before.state.failures = [unreachable()];
    before.outbox.add("c", { id: "a", parent_id: null, input: LARGE_INPUT });
    before.outbox.add("c", { id: "b", parent_id: "a", continues: "x" });
    await vi.waitFor(() => expect(before.outbox.get()[0]?.state).toBe("waiting"));
    expect(before.state.kept?.length).toBeLessThan(1000);
    const after = setUp(before.state.kept, before.state.large);
    const create = vi.spyOn(after.environment, "createTurn");
    await after.outbox.start();
    await idle(after.outbox);
    expect(create.mock.calls.map(([, body]) => body.input)).toEqual([LARGE_INPUT, undefined]);
    expect(after.state.large.size).toBe(0);
  });

  it("keeps nothing of a large message that was taken back", async () => {
    const { outbox, state } = setUp();
    state.failures = [refused()];
    outbox.add("c", { id: "a", parent_id: null, input: LARGE_INPUT });
    await vi.waitFor(() => expect(outbox.get()[0]?.state).toBe("refused"));
    outbox.discard("a");
    expect(state.large.size).toBe(0);
  });

  it("writes no line of a large message before its words are kept", async () => {
    const { outbox, state, environment } = setUp();
    state.failures = [unreachable()];
    let done = () => {};
    vi.spyOn(environment, "saveLarge").mockReturnValue(
      new Promise((resolve) => (done = () => resolve(true))),
    );
    outbox.add("c", { id: "a", parent_id: null, input: LARGE_INPUT });
    await vi.waitFor(() => expect(outbox.get()[0]?.state).toBe("waiting"));
    expect(JSON.parse(state.kept ?? "")).toEqual([]);
    done();
    await vi.waitFor(() => expect(JSON.parse(state.kept ?? "")).toHaveLength(1));
  });

  it("keeps a large message with the rest where nothing is kept apart", async () => {
    const before = setUp();
    before.state.failures = [unreachable()];
    vi.spyOn(before.environment, "saveLarge").mockResolvedValue(false);
    before.outbox.add("c", { id: "a", parent_id: null, input: LARGE_INPUT });
    await vi.waitFor(() => expect(before.outbox.get()[0]?.state).toBe("waiting"));
    const after = setUp(before.state.kept);
    const create = vi.spyOn(after.environment, "createTurn");
    await after.outbox.start();
    await idle(after.outbox);
    expect(create.mock.calls.map(([, body]) => body.input)).toEqual([LARGE_INPUT]);
  });

  it("keeps nothing of a large message that arrived before it was kept", async () => {
    const { outbox, state, environment } = setUp();
    const save = environment.saveLarge;
    let done = () => {};
    vi.spyOn(environment, "saveLarge").mockImplementation(async (id, input) => {
      await new Promise<void>((resolve) => (done = resolve));
      return save(id, input);
    });
    outbox.add("c", { id: "a", parent_id: null, input: LARGE_INPUT });
    await idle(outbox);
    const drop = vi.spyOn(environment, "dropLarge");
    done();
    await vi.waitFor(() => expect(drop).toHaveBeenCalled());
    expect(state.large.size).toBe(0);
  });

  it("leaves alone what other tabs keep", async () => {
    const { outbox, state } = setUp();
    state.kept = JSON.stringify([{ turnId: "other", chatId: "d", turn: turn("other", null) }]);
    outbox.add("c", turn("a", null));
    await idle(outbox);
    expect(JSON.parse(state.kept).map((each: { turnId: string }) => each.turnId)).toEqual(["other"]);
  });

  it("goes on without a device that keeps anything", async () => {
    const { outbox, received, environment, state } = setUp("{not json");
    environment.save = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    await outbox.start();
    outbox.add("c", turn("a", null));
    await idle(outbox);
    expect(received).toHaveLength(1);
    expect(state.kept).toBe("{not json");
  });
});
