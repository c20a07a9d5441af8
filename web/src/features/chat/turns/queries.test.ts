import { expect, test, vi } from "vitest";
import { changed } from "@/features/chats";
import { queryClient } from "@/lib/query-client";
import type { Branch } from "./branch";
import { switchBranch, turnsKey } from "./queries";

const TURN = {
  id: "turn_b",
  chat_id: "chat_a",
  parent_id: null,
  sibling_ids: ["turn_b"],
  status: "completed",
};

test("what is sent waits until the server has the branch that was gone to", async () => {
  const order: string[] = [];
  let store: () => void = () => undefined;
  const stored = new Promise<void>((resolve) => {
    store = resolve;
  });
  vi.stubGlobal("fetch", async ({ method }: Request) => {
    if (method === "GET") return Response.json({ data: [TURN], has_more: false });
    await stored;
    order.push("branch");
    return Response.json({ id: "chat_a" });
  });
  const walk = switchBranch("chat_a", "turn_b");
  const sent = changed("chat_a").then(() => order.push("message"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(order).toEqual([]);
  store();
  await Promise.all([walk, sent]);
  expect(order).toEqual(["branch", "message"]);
});

test("a branch that could not be gone to holds nothing up", async () => {
  vi.stubGlobal("fetch", async () => Response.json({ error: { message: "gone" } }, { status: 404 }));
  const walk = switchBranch("chat_a", "turn_b");
  await expect(changed("chat_a")).resolves.toBeUndefined();
  await expect(walk).rejects.toThrow("gone");
});

test("the branch is shown when the server has it, so that no older reading takes its place", async () => {
  queryClient.setQueryData<Branch>(turnsKey("chat_a"), { turns: [], hasMore: false });
  const shown = () => queryClient.getQueryData<Branch>(turnsKey("chat_a"))?.turns.length;
  const before: unknown[] = [];
  vi.stubGlobal("fetch", async ({ method }: Request) => {
    if (method === "GET") return Response.json({ data: [TURN], has_more: false });
    before.push(shown());
    return Response.json({ id: "chat_a" });
  });
  await switchBranch("chat_a", "turn_b");
  expect(before).toEqual([0]);
  expect(shown()).toBe(1);
});
