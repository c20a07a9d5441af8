/** What can be read off a report: what each claim stands on, and how independent that is. */
import type { Passage } from "@/features/reading";
import type { Claim, Evidence, Report, Source } from "./types";

/** A source, and those that have the same text. */
export interface Folded {
  source: Source;
  copies: readonly Source[];
}

/** The sources with their copies under them: those have the same text and count as one. */
export function foldCopies(sources: readonly Source[]): readonly Folded[] {
  const ids = new Set(sources.map((source) => source.id));
  const first = sources.filter(({ copy_of }) => copy_of === null || !ids.has(copy_of));
  return first.map((source) => ({ source, copies: sources.filter((each) => each.copy_of === source.id) }));
}

export const COVERAGES = ["none", "one", "many"] as const;
export type Coverage = (typeof COVERAGES)[number];

type Grounds = Pick<Report, "claims" | "evidence" | "sources">;

/** The claims by how many independent sources each stands on: a copy is no second source. */
export function coverageOf({ claims, evidence, sources }: Grounds): Record<Coverage, Claim[]> {
  const known = new Map(sources.map((source) => [source.id, source]));
  const from = new Map(evidence.map((each) => [each.id, known.get(each.source)]));
  const groups: Record<Coverage, Claim[]> = { none: [], one: [], many: [] };
  for (const claim of claims) {
    const behind = claim.evidence.flatMap((id) => from.get(id) ?? []).filter((source) => !source.dropped);
    const independent = new Set(behind.map((source) => source.copy_of ?? source.id)).size;
    groups[independent === 0 ? "none" : independent === 1 ? "one" : "many"].push(claim);
  }
  return groups;
}

/** The sections that say only what earlier ones say: by id, the heading of the first of these. */
export function toldBefore(sections: Report["sections"]): ReadonlyMap<string, string> {
  const headings = new Map<string, string>();
  const found = new Map<string, string>();
  for (const { id, heading, claims } of sections) {
    const first = claims[0] === undefined ? undefined : headings.get(claims[0]);
    if (first !== undefined && claims.every((claim) => headings.has(claim))) found.set(id, first);
    for (const claim of claims) if (!headings.has(claim)) headings.set(claim, heading);
  }
  return found;
}

/** By id, whatever has one. */
export function byId<T extends { id: string }>(list: readonly T[]): ReadonlyMap<string, T> {
  return new Map(list.map((each) => [each.id, each]));
}

/** The number that stands for an id: 3 for `e3`. */
export const numberOf = (id: string) => Number(/\d+$/.exec(id)?.[0] ?? 0);

/** Where a quotation stands, to be opened; null where its source is not kept. */
export function passageOf(evidence: Evidence, source: Source | undefined): Passage | null {
  if (!source?.file_id) return null;
  const { start, end, part_number: part } = evidence;
  return { fileId: source.file_id, filename: source.title || source.url, part, start, end };
}

/** The passages of a report in the order in which its claims name them, each once. */
export function passagesOf({ claims, evidence, sources }: Grounds): ReadonlyMap<string, Passage> {
  const cut = byId(evidence);
  const known = byId(sources);
  const found = new Map<string, Passage>();
  for (const id of claims.flatMap((claim) => claim.evidence)) {
    const each = cut.get(id);
    const passage = each && passageOf(each, known.get(each.source));
    if (passage && !found.has(id)) found.set(id, passage);
  }
  return found;
}
