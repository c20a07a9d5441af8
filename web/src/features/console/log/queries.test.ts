import { expect, it, vi } from "vitest";
import { inputOf } from "./queries";

it("reads every page of a long input, oldest first", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const query = new URL(request.url).searchParams;
    asked.push(`${query.get("order")} ${query.get("after")}`);
    const first = query.get("after") === null;
    return Response.json({ data: [{ id: first ? "a" : "b" }], has_more: first, last_id: first ? "a" : "b" });
  });
  expect((await inputOf("resp_1")).map((item) => item.id)).toEqual(["a", "b"]);
  expect(asked).toEqual(["asc null", "asc a"]);
});
