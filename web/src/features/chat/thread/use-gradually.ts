/** Shows turns from the newest upwards, a few at a time, so that a long page of them never holds the page up. */
import { useEffect, useState } from "react";
import type { Turn } from "../turns/branch";

/** Enough for the last screen. */
const AT_ONCE = 4;
const STEP = 3;

export function useGradually(turns: readonly Turn[]): readonly Turn[] {
  const [oldest, setOldest] = useState<string | null>(null);
  const known = turns.findIndex((turn) => turn.id === oldest);
  const start = known >= 0 ? known : Math.max(0, turns.length - AT_ONCE);
  useEffect(() => {
    const next = turns[Math.max(0, start - STEP)];
    if (!next || next.id === oldest) return;
    const timer = setTimeout(() => setOldest(next.id), 16);
    return () => clearTimeout(timer);
  }, [turns, start, oldest]);
  return start === 0 ? turns : turns.slice(start);
}
