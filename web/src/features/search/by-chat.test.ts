import { expect, test } from "vitest";
import { byChat } from "./by-chat";
import type { Match } from "./use-chat-search";

const match = (chat_id: string, turn_id: string | null, snippet = `in ${turn_id}`): Match => ({
  ...{ object: "chat.match", chat_title: `Chat ${chat_id}`, role: turn_id ? "assistant" : "title" },
  ...{ highlights: [], created_at: 1, chat_id, turn_id, snippet },
});

test("each chat is there once, in the order of its best match, with its three best passages", () => {
  const found = byChat([
    match("b", null),
    ...[match("a", "1"), match("b", "2"), match("a", "3"), match("a", "4"), match("a", "5")],
    match("c", null),
  ]);
  expect(found.map((chat) => [chat.id, chat.title, chat.passages.map((each) => each.turn_id)])).toEqual([
    ["b", "Chat b", ["2"]],
    ["a", "Chat a", ["1", "3", "4"]],
    ["c", "Chat c", []],
  ]);
});

test("the same words of the same speaker are shown once", () => {
  const [chat] = byChat([match("a", "1", "Tides?"), match("a", "2", "Tides?"), match("a", "3", "Yes")]);
  expect(chat?.passages.map((each) => each.turn_id)).toEqual(["1", "3"]);
});
