/** The stretches of a response's life, for the bar that shows them. */
import type { Schemas } from "@/lib/api";

type Moments = Pick<
  Schemas["JournalSummary"],
  "queued_at_ms" | "begun_at_ms" | "first_token_at_ms" | "ended_at_ms"
>;

export interface Stretch {
  id: "queued" | "reading" | "writing";
  milliseconds: number;
  /** Its part of the whole, from 0 to 1. */
  part: number;
}

/** Waiting for a place, reading the prompt up to the first token, and writing. Moments that are unknown give none. */
export function stretchesOf(moments: Moments, now: number): Stretch[] {
  const { queued_at_ms: queued, begun_at_ms: begun, first_token_at_ms: first } = moments;
  if (queued === null) return [];
  const end = moments.ended_at_ms ?? now;
  const marks: [Stretch["id"], number, number][] = [
    ["queued", queued, begun ?? end],
    ...(begun === null ? [] : [["reading", begun, first ?? end] as [Stretch["id"], number, number]]),
    ...(first === null ? [] : [["writing", first, end] as [Stretch["id"], number, number]]),
  ];
  const whole = Math.max(1, end - queued);
  return marks.map(([id, from, to]) => {
    const milliseconds = Math.max(0, to - from);
    return { id, milliseconds, part: milliseconds / whole };
  });
}
