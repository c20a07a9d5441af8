import { expect, test } from "vitest";
import { moved, numbered } from "./order";

test("an item moves by one place, and the others keep their order", () => {
  expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
});

test("keys go with their items, and items that are alike have different ones", () => {
  const rules = [{ tool: "mcp" }, { tool: "*" }, { tool: "*" }];
  const before = numbered(rules).map((each) => each.key);
  expect(new Set(before).size).toBe(3);
  const after = numbered(moved(rules, 0, 1)).map((each) => each.key);
  expect(after[1]).toBe(before[0]);
});
