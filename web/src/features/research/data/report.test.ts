import { expect, it } from "vitest";
import { evidence, REPORT, RESEARCH, SOURCES, source } from "./fixtures.test-helper";
import { asText, planOf } from "./plan";
import { stateOf } from "./queries";
import { coverageOf, foldCopies, passagesOf, toldBefore } from "./report";

const ids = (list: readonly { id: string }[]) => list.map((each) => each.id);

it("counts a page and its copies as one source, and what was dropped as none", () => {
  const groups = coverageOf(REPORT);
  expect(ids(groups.many)).toEqual(["c1"]);
  expect(ids(groups.one)).toEqual(["c2"]);
  expect(ids(groups.none)).toEqual(["c3", "c4"]);
});

it("folds copies under what they copy, also where that is not there", () => {
  expect(foldCopies(SOURCES).map(({ source: { id }, copies }) => [id, ids(copies)])).toEqual([
    ["s1", []],
    ["s2", ["s3"]],
    ["s4", []],
  ]);
  expect(ids(foldCopies([source("s9", { copy_of: "s1" })]).map((each) => each.source))).toEqual(["s9"]);
});

it("opens passages where they stand, each once, and none whose page is not kept", () => {
  const report = {
    ...REPORT,
    sources: [source("s1"), source("s2", { file_id: "" })],
    evidence: [evidence("e1", "s1", { part_number: 2 }), evidence("e2", "s2")],
  };
  expect([...passagesOf(report)]).toEqual([
    ["e1", { fileId: "file-s1", filename: "Page s1", part: 2, start: 10, end: 30 }],
  ]);
});

it("says where the answer of a section stands that has nothing of its own", () => {
  const section = (id: string, claims: string[]) => ({ id, heading: `About ${id}`, claims, tables: [] });
  const sections = [
    section("q2", ["c1", "c2"]),
    section("q3", ["c2"]),
    section("q4", ["c2", "c3"]),
    section("q5", []),
  ];
  expect([...toldBefore(sections)]).toEqual([["q3", "About q2"]]);
});

it("keeps the questions of a plan that were not changed", () => {
  const { questions } = RESEARCH;
  expect(asText(questions)).toBe("How old are they?\nWho built the pier?");
  expect(planOf(" Who  built the pier?\n\nWho pays?\n", questions)).toEqual([
    { id: "q2", text: "Who built the pier?" },
    { text: "Who pays?" },
  ]);
  const dropped = questions.map((each) => ({ ...each, state: "dropped" as const }));
  expect(asText(dropped)).toBe("");
});

it("says in a word how far a research is", () => {
  expect(stateOf({ status: "in_progress", waiting: "plan" })).toBe("waiting");
  expect(stateOf({ status: "in_progress", waiting: "paused" })).toBe("paused");
  expect(stateOf({ status: "queued" })).toBe("running");
  expect(stateOf({ status: "completed", waiting: "clarify" })).toBe("waiting");
  expect(stateOf({ status: "incomplete", waiting: null })).toBe("done");
  expect(stateOf({ status: "cancelled", waiting: null })).toBe("stopped");
});
