import { describe, expect, it } from "vitest";
import type { Chat } from "@/features/chats";
import { byDay } from "./days";
import { offsetsOf, rowAt, rowsOf } from "./rows";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const chat = (id: number) => ({ id: `chat_${id}`, updated_at: NOW / 1000 - id * 3600 }) as Chat;

describe("rows", () => {
  const chats = Array.from({ length: 10_000 }, (_, id) => chat(id));
  const rows = rowsOf(byDay(chats, (each) => each.updated_at * 1000, NOW));
  const offsets = offsetsOf(rows, { heading: 36, chat: 40 });

  it("are all chats and their headings, once each", () => {
    expect(rows.filter((row) => row.kind === "chat").length).toBe(10_000);
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length);
    expect(rows[0]?.kind).toBe("heading");
  });

  it("are found by their distance from the top, at both edges of each", () => {
    expect(offsets.at(-1)).toBe(rows.reduce((sum, row) => sum + (row.kind === "chat" ? 40 : 36), 0));
    for (const index of [0, 1, 57, 5_000, rows.length - 1]) {
      expect(rowAt(offsets, offsets[index] ?? -1)).toBe(index);
      expect(rowAt(offsets, (offsets[index + 1] ?? 0) - 1)).toBe(index);
    }
    expect(rowAt(offsets, -500)).toBe(0);
    expect(rowAt(offsets, 1e9)).toBe(rows.length - 1);
    expect(rowAt([0], 10)).toBe(0);
  });
});
