import type { Schemas } from "@/lib/api";

/** What became of a file of chats, as the server tells it. */
export type ImportReply = Schemas["ChatImport"];

type ImportFault = NonNullable<ImportReply["chats"][number]["error"]>;

export interface ImportReport {
  imported: number;
  known: number;
  turns: number;
  /** What could not be taken, over all chats, the most frequent first. */
  leftOut: { what: string; count: number; chats: number }[];
  /** Chats that could not be taken, under the reason that they share. */
  failures: { fault: ImportFault; titles: string[] }[];
}

/** Sums up what matters to the person: what came, what did not, and why. */
export function importReport(reply: ImportReply): ImportReport {
  const leftOut = new Map<string, { count: number; chats: number }>();
  const failures = new Map<string, { fault: ImportFault; titles: string[] }>();
  let turns = 0;
  for (const chat of reply.chats) {
    if (chat.status === "imported") turns += chat.turns;
    for (const { what, count } of chat.left_out) {
      const sum = leftOut.get(what) ?? { count: 0, chats: 0 };
      leftOut.set(what, { count: sum.count + count, chats: sum.chats + 1 });
    }
    if (chat.error) {
      const before = failures.get(chat.error.message) ?? { fault: chat.error, titles: [] };
      failures.set(chat.error.message, { ...before, titles: [...before.titles, chat.title] });
    }
  }
  return {
    imported: reply.imported,
    known: reply.known,
    turns,
    leftOut: [...leftOut].map(([what, sum]) => ({ what, ...sum })).sort((a, b) => b.count - a.count),
    failures: [...failures.values()],
  };
}
