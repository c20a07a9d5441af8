import { describe, expect, it } from "vitest";
import type { CatalogEntry } from "@/features/console";
import { offersOf } from "./offers";

function entry(name: string, other: Partial<CatalogEntry> = {}): CatalogEntry {
  const facts = { name, abilities: ["chat"], parameters: 1e9, fits: true, speed: "usable", reachable: "yes" };
  return { ...facts, server: false, installed_as: null, recommended: false, ...other } as CatalogEntry;
}

describe("offersOf", () => {
  it("leaves out what does not fit, is there, is slow, cannot be had or does not chat", () => {
    const entries = [
      entry("good"),
      entry("large", { fits: false }),
      entry("there", { installed_as: "there" }),
      entry("qwq-32b", { speed: "slow" }),
      entry("far", { reachable: "no" }),
      entry("elsewhere", { server: true }),
      entry("vectors", { abilities: ["embedding"] }),
      entry("unasked", { reachable: "unknown" }),
    ];
    expect(offersOf(entries).map((each) => each.name)).toEqual(["good", "unasked"]);
  });

  it("names few, the recommended one first", () => {
    const entries = [1, 2, 3, 4, 5, 6].map((size) => entry(`m${size}`, { parameters: size }));
    const offers = offersOf([...entries, entry("best", { recommended: true, parameters: 3 })]);
    expect(offers.map((each) => each.name)).toEqual(["best", "m6", "m5", "m4"]);
  });
});
