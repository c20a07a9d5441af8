/** A research with a report, for tests. */
import type { Evidence, Report, Research, Source } from "./types";

export function source(id: string, more: Partial<Source> = {}): Source {
  return {
    ...{ id, file_id: `file-${id}`, url: `https://www.${id}.example.org/page`, title: `Page ${id}` },
    ...{ kind: "secondary", published: "2026-11-30", fetched_at: 1_796_000_000, sha256: "0".repeat(64) },
    ...{ language: "en", copy_of: null, dropped: null, question: "q1" },
    ...more,
  };
}

export function evidence(id: string, from: string, more: Partial<Evidence> = {}): Evidence {
  return {
    ...{ id, source: from, start: 10, end: 30, quote: `Words of ${id}.`, part: "", part_number: 0 },
    ...{ language: "en", translation: "", question: "q1" },
    ...more,
  };
}

const claim = (id: string, ...from: string[]) => ({
  ...{ id, text: `Claim ${id}.`, evidence: from, support: null, quoted: false },
});

export const SOURCES = [
  source("s1", { kind: "primary" }),
  source("s2"),
  source("s3", { copy_of: "s2" }),
  source("s4", { dropped: "person" }),
];

export const REPORT: Report = {
  ...{
    object: "research.report",
    id: "resp_1",
    created_at: 1_796_000_000,
    question: "Which harbour is older?",
  },
  ...{ title: "Two harbours", language: "en", summary: ["c1"], not_found: ["Who built the pier?"] },
  sections: [{ id: "q1", heading: "How old are they?", claims: ["c1", "c2", "c3", "c4"], tables: [] }],
  contradictions: [
    {
      about: "year of building",
      sides: [
        { text: "In 1631.", evidence: ["e1"] },
        { text: "In 1681.", evidence: ["e2"] },
      ],
    },
  ],
  claims: [claim("c1", "e1", "e2"), claim("c2", "e2", "e3"), claim("c3", "e4"), claim("c4")],
  evidence: [evidence("e1", "s1"), evidence("e2", "s2"), evidence("e3", "s3"), evidence("e4", "s4")],
  sources: SOURCES,
  method: {
    ...{
      model: "scripted",
      queries: ["harbours"],
      rounds: 1,
      pages: 3,
      limits: { pages: 5 },
      stopped: "answered",
    },
    stages: [{ stage: "read", input_tokens: 1200, output_tokens: 0, seconds: 2.5, calls: 3 }],
  },
};

export const RESEARCH: Research = {
  ...{ id: "resp_1", object: "research", created_at: 1_796_000_000, status: "in_progress" },
  ...{ question: "Which harbour is older?", language: "en", stage: "read", waiting: null, report: null },
  questions: [
    { id: "q1", text: "How old are they?", state: "answered", evidence: ["e1", "e2"] },
    { id: "q2", text: "Who built the pier?", state: "open", evidence: [] },
  ],
  ...{ sources: SOURCES, evidence: REPORT.evidence },
  ...{ spent: { tokens: 1200, seconds: 20, pages: 3 }, limits: { pages: 5 } },
};
