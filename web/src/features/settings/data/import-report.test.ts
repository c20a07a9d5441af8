import { describe, expect, it } from "vitest";
import { type ImportReply, importReport } from "./import-report";

type One = ImportReply["chats"][number];
const chat = (over: Partial<One>): One => ({
  object: "chat.import.chat",
  original_id: null,
  source: "chatgpt",
  title: "A chat",
  status: "imported",
  chat_id: "chat_1",
  turns: 2,
  left_out: [],
  error: null,
  ...over,
});
const error = (message: string) => ({ code: "invalid", message });

describe("importReport", () => {
  it("adds up what was left out over all chats, the most frequent first", () => {
    const report = importReport({
      object: "chat.import",
      imported: 2,
      known: 1,
      failed: 0,
      chats: [
        chat({
          left_out: [
            { what: "image", count: 1 },
            { what: "tool", count: 4 },
          ],
        }),
        chat({ left_out: [{ what: "image", count: 2 }] }),
        chat({ status: "known", turns: 9 }),
      ],
    });
    expect(report).toEqual({
      imported: 2,
      known: 1,
      turns: 4,
      leftOut: [
        { what: "tool", count: 4, chats: 1 },
        { what: "image", count: 3, chats: 2 },
      ],
      failures: [],
    });
  });

  it("tells each reason once, with all chats that it kept out", () => {
    const failed = (title: string, why: string) =>
      chat({ title, status: "failed", chat_id: null, error: error(why) });
    const { failures } = importReport({
      object: "chat.import",
      imported: 0,
      known: 0,
      failed: 3,
      chats: [failed("a", "Too long."), failed("b", "Cut off."), failed("c", "Too long.")],
    });
    expect(failures).toEqual([
      { fault: error("Too long."), titles: ["a", "c"] },
      { fault: error("Cut off."), titles: ["b"] },
    ]);
  });
});
