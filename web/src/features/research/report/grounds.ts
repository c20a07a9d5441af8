/** What everything in a report that cites needs: the evidence by id, and how it is opened. */
import { createContext, useContext } from "react";
import { openReading } from "@/features/reading";
import { byId, passagesOf } from "../data/report";
import type { Claim, Evidence, Report, Source } from "../data/types";

export interface Grounds {
  /** Of the research. */
  id: string;
  claims: ReadonlyMap<string, Claim>;
  evidence: ReadonlyMap<string, Evidence>;
  sources: ReadonlyMap<string, Source>;
  /** Claims whose evidence an earlier report did not have. */
  added: ReadonlySet<string>;
  shown: string | null;
  onShow: (claim: string | null) => void;
  /** Opens a passage in its page; null where that is not kept. */
  opening: (evidence: string) => (() => void) | null;
}

export const GroundsContext = createContext<Grounds | null>(null);

export function useGrounds(): Grounds {
  const grounds = useContext(GroundsContext);
  if (!grounds) throw new Error("outside of a report");
  return grounds;
}

export function groundsOf(
  id: string,
  report: Report,
  shown: string | null,
  onShow: Grounds["onShow"],
): Grounds {
  const passages = passagesOf(report);
  const all = [...passages.values()];
  return {
    ...{ id, shown, onShow },
    claims: byId(report.claims),
    evidence: byId(report.evidence),
    sources: byId(report.sources),
    added: new Set(report.changes?.added),
    opening(evidence) {
      const passage = passages.get(evidence);
      return passage ? () => openReading(passage, passage, all) : null;
    },
  };
}
