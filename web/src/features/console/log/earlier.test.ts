import { afterEach, expect, it, vi } from "vitest";
import type { Continued } from "./queries";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Loads the module with a server that answers each path by `reply`. */
async function withServer(reply: (path: string, query: URLSearchParams) => unknown) {
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    return Response.json(reply(url.pathname, url.searchParams));
  });
  vi.resetModules();
  return await import("./earlier");
}

const ids = (items: readonly unknown[]) => (items as { id: string }[]).map((item) => item.id);

it("walks back through the responses behind one, and shows them oldest first", async () => {
  const { earlierPage } = await withServer((path) => {
    const number = Number(path.match(/resp_(\d+)/)?.[1]);
    if (path.endsWith("/input_items")) return { data: [{ id: `in_${number}` }], has_more: false };
    return {
      output: [{ id: `out_${number}` }],
      previous_response_id: number > 1 ? `resp_${number - 1}` : null,
    };
  });
  const newest = await earlierPage({ response: "resp_12" });
  expect(ids(newest.items).slice(0, 2)).toEqual(["in_3", "out_3"]);
  expect(ids(newest.items).at(-1)).toBe("out_12");
  expect(newest.next).toEqual({ response: "resp_2" });
  const oldest = await earlierPage({ response: "resp_2" });
  expect(ids(oldest.items)).toEqual(["in_1", "out_1", "in_2", "out_2"]);
  expect(oldest.next).toBeNull();
});

it("reads what stands in a conversation before the input", async () => {
  const { beforeOf, earlierPage } = await withServer((path, query) => {
    expect(path).toBe("/v1/conversations/conv_1/items");
    expect([query.get("order"), query.get("after")]).toEqual(["desc", "msg_3"]);
    return { data: [{ id: "msg_2" }, { id: "msg_1" }], has_more: true, last_id: "msg_1" };
  });
  const response = { output: [], conversation: { id: "conv_1" } } as unknown as Continued;
  const before = beforeOf(response, [{ id: "msg_3" }]);
  if (before === null) throw new Error("nothing before");
  expect(await earlierPage(before)).toEqual({
    items: [{ id: "msg_1" }, { id: "msg_2" }],
    next: { conversation: "conv_1", item: "msg_1" },
  });
  expect(beforeOf({ output: [] } as unknown as Continued, [])).toBeNull();
});
