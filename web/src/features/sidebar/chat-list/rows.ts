import type { Chat } from "@/features/chats";
import type { Group } from "./days";

/** One line of the list: a heading or a chat. All lines of a kind are equally high, so that only few need drawing. */
export type Row =
  | { kind: "heading"; key: string; group: Group<Chat> }
  | { kind: "chat"; key: string; chat: Chat };

export function rowsOf(groups: readonly Group<Chat>[]): Row[] {
  return groups.flatMap((group): Row[] => [
    { kind: "heading", key: group.key, group },
    ...group.items.map((chat): Row => ({ kind: "chat", key: chat.id, chat })),
  ]);
}

/** Where each row begins, and last where the list ends. */
export function offsetsOf(rows: readonly Row[], height: Record<Row["kind"], number>): number[] {
  const offsets = [0];
  for (const row of rows) offsets.push((offsets.at(-1) ?? 0) + height[row.kind]);
  return offsets;
}

/** The index of the row at a distance from the list's top. */
export function rowAt(offsets: readonly number[], distance: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= distance) low = middle;
    else high = middle - 1;
  }
  return low;
}
