import { expect, it } from "vitest";
import { kindsOf } from "./names";

const card = { name: "H100", memory: 80 };

it("names each kind once, each name in a direction of its own", () => {
  const names = kindsOf([card, card, { name: "Arc", memory: 0 }]);
  expect(names).toEqual(["2 × \u2068H100\u2069", "\u2068Arc\u2069"]);
});

it("tells cards of one name and other memory apart", () => {
  const names = kindsOf(
    [card, { ...card, memory: 40 }, { name: "Arc", memory: 0 }],
    (memory) => `${memory} GB`,
  );
  expect(names).toEqual(["\u2068H100 (80 GB)\u2069", "\u2068H100 (40 GB)\u2069", "\u2068Arc\u2069"]);
});
