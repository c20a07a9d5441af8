/** How the memory of a device is divided. Sizes are bytes. */
export interface Memory {
  /** All of it; 0 where nobody tells. */
  memory: number;
  /** Null where nobody tells. */
  free: number | null;
  /** What models may take together. */
  budget: number;
  /** What models have been given. */
  reserved: number;
}

export interface Division {
  ours: number;
  /** What other programs have; null where nobody tells what is free. */
  others: number | null;
  free: number;
}

/** Parts that add up to the memory: what is given but not yet taken counts as ours, and is not free. */
export function divide({ memory, free, reserved }: Memory): Division {
  const ours = Math.min(reserved, memory);
  if (free === null) return { ours, others: null, free: memory - ours };
  const others = Math.max(0, memory - ours - free);
  return { ours, others, free: memory - ours - others };
}

/** A part of the memory, from 0 to 1. */
export function share(part: number, memory: number): number {
  return memory > 0 ? Math.min(1, Math.max(0, part / memory)) : 0;
}
