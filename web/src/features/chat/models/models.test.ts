import { expect, it } from "vitest";
import type { Model } from "@/features/chats";
import { grouped } from "./models";

const model = (
  id: string,
  server: string | null,
  alias_of: string | null = null,
  abilities = ["chat"],
): Model => ({ id, earthshine: { server, alias_of, abilities } }) as unknown as Model;

it("lists models by their servers, without names that stand for others and without those that cannot chat", () => {
  const models = [
    model("far", "moonshot.ai"),
    model("own", null),
    model("vectors", null, null, ["embedding"]),
    model("lan", ""),
    model("default", null, "own"),
    model("default-embedding", null, "own"),
    model("further", "moonshot.ai"),
  ];
  expect(grouped(models).map((group) => [group.server, ...group.models.map((each) => each.id)])).toEqual([
    [null, "own"],
    ["moonshot.ai", "far", "further"],
    ["", "lan"],
  ]);
});
