import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { aboutKey } from "./CatalogList";
import english from "./messages/en.json";

const LIST = join(import.meta.dirname, "../../../../../src/earthshine/catalog/curated.toml");

it("describes each known model in the words of the list", () => {
  const entries = readFileSync(LIST, "utf8").split("[[model]]").slice(1);
  const listed = entries.map((entry) => [
    aboutKey(/^name = "(.*)"$/m.exec(entry)?.[1] ?? ""),
    /^description = "(.*)"$/m.exec(entry)?.[1],
  ]);
  const said = Object.entries(english).filter(([key]) => key.startsWith("about_"));
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(listed));
});
