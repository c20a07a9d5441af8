/** The names of several devices in few words: a server has eight of one kind. */
interface Named {
  name: string;
  /** Bytes; 0 where nobody tells. */
  memory: number;
}

/** Each kind once, with how many there are of it, and with its memory where `bytes` writes that. */
export function kindsOf(devices: readonly Named[], bytes?: (memory: number) => string): string[] {
  const counts = new Map<string, number>();
  for (const { name, memory } of devices) {
    // Kept together beside words of another script.
    const kind = `\u2068${bytes && memory ? `${name} (${bytes(memory)})` : name}\u2069`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => (count > 1 ? `${count} × ${kind}` : kind));
}
