import { describe, expect, it } from "vitest";
import { fold, rank, ranked } from "./rank";

const COMMANDS = [
  "New chat",
  "Settings",
  "Search your chats",
  "Sign out",
  "Keyboard shortcuts",
  "Archived chats",
];
const find = (typed: string, among: readonly string[] = COMMANDS) => ranked(typed, among, (text) => text);

describe("ranked", () => {
  it("puts the beginning before the beginning of a word, and that before its middle", () => {
    expect(find("chat", ["Compare a chatty tone", "Chat", "Snatchat notes", "New chat"])).toEqual([
      "Chat",
      "New chat",
      "Compare a chatty tone",
      "Snatchat notes",
    ]);
  });

  it("asks that every word occurs, in any order", () => {
    expect(find("chat new")).toEqual(["New chat"]);
    expect(find("chat nothing")).toEqual([]);
  });

  it("forgives letters that are left out, but not letters that are strewn", () => {
    expect(find("shrtcuts")).toEqual(["Keyboard shortcuts"]);
    expect(find("setings")).toEqual(["Settings"]);
    expect(find("xyz")).toEqual([]);
    expect(find("eao", ["Keyboard shortcuts around the clock"])).toEqual([]);
  });

  it("finds what is written with other marks, cases and forms of a letter", () => {
    expect(find("reglages", ["Réglages"])).toEqual(["Réglages"]);
    expect(find("الاعدادات", ["الإعدادات"])).toEqual(["الإعدادات"]);
    expect(find("محادثه", ["مُحادثة جديدة"])).toEqual(["مُحادثة جديدة"]);
    expect(find("对话", ["新对话", "设置"])).toEqual(["新对话"]);
  });

  it("keeps the order of equals, and everything where nothing is typed", () => {
    expect(find("", ["b", "a"])).toEqual(["b", "a"]);
    expect(ranked("x", [1, 2, 3], () => "xx")).toEqual([1, 2, 3]);
  });
});

describe("rank and fold", () => {
  it("never fail on strange text", () => {
    for (const typed of ["", " ", "\u0301", "👩‍👩‍👧", "(", "\ud800", "a".repeat(400)]) {
      expect(rank(typed, "Anything at all")).toBeGreaterThanOrEqual(0);
    }
    expect(fold("ÉCOLE ـــ أَحْمَد")).toBe("ecole  احمد");
  });
});
