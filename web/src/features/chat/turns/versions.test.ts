import { expect, it } from "vitest";
import { messageVersions, replyVersions } from "./versions";

const versions = [["a1", "a2"], ["b1"], ["c1", "c2", "c3"]];

it("counts replies to the same words, and words apart from their replies", () => {
  expect(replyVersions({ id: "a2", versions })).toEqual(["a1", "a2"]);
  expect(messageVersions({ id: "a2", versions })).toEqual(["a2", "b1", "c3"]);
  expect(messageVersions({ id: "c1", versions })).toEqual(["a2", "b1", "c1"]);
});

it("has none for a reply that another one went on with", () => {
  expect(replyVersions({ id: "gone", versions })).toEqual([]);
  expect(replyVersions({ id: "only", versions: [["only"]] })).toEqual(["only"]);
});
