import { expect, it } from "vitest";
import type { OutputItem } from "@/lib/stream";
import { decisionItem, decisionsIn, readArguments, requestsOf } from "./approvals";

const asked: OutputItem = {
  ...{ id: "mcpr_1", type: "mcp_approval_request", server_label: "shop", name: "sell" },
  arguments: '{"thing":"lamp\\nold"}',
};

it("finds what a reply asks about, and whose tool it is", () => {
  const own = { ...asked, id: "mcpr_2", server_label: "web_fetch", name: "open_page", called: "open_page" };
  const requests = requestsOf({ output: [{ type: "message" }, asked, own] });
  expect(requests.map(({ id, server, own }) => [id, server, own])).toEqual([
    ["mcpr_1", "shop", false],
    ["mcpr_2", "web_fetch", true],
  ]);
  expect(requestsOf(null)).toEqual([]);
});

it("tells a turn that decides from one in which somebody wrote", () => {
  const said = { type: "message", role: "user", content: "Why?" };
  expect(decisionsIn([decisionItem("mcpr_1", true), decisionItem("mcpr_2", false)])).toEqual([true, false]);
  expect(decisionsIn([decisionItem("mcpr_1", true), said])).toEqual([]);
  expect(decisionsIn([said])).toEqual([]);
  expect(decisionsIn([])).toEqual([]);
});

it("reads arguments without their quotes and backslashes", () => {
  expect(readArguments(asked.arguments ?? "")).toEqual([["thing", "lamp\nold"]]);
  expect(readArguments('{"count": 3, "of": ["a"]}')).toEqual([
    ["count", "3"],
    ["of", '[\n  "a"\n]'],
  ]);
  expect(readArguments("")).toEqual([]);
});

it("leaves to the reader what is no object", () => {
  expect(readArguments('{"thing": ')).toBeNull();
  expect(readArguments("[1]")).toBeNull();
  expect(readArguments("null")).toBeNull();
});
