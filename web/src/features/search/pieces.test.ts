import { describe, expect, it } from "vitest";
import { pieces, plain } from "./pieces";

const marked = (text: string, highlights: number[][]) =>
  pieces(text, highlights).map((piece) => (piece.marked ? `[${piece.text}]` : piece.text));

describe("pieces", () => {
  it("count code points, so that marks stay right behind emoji and in Arabic", () => {
    expect(marked("🌙🌙 moon light", [[3, 7]])).toEqual(["🌙🌙 ", "[moon]", " light"]);
    expect(marked("عن السفر إلى", [[3, 8]])).toEqual(["عن ", "[السفر]", " إلى"]);
  });

  it("lose and double no letter, whatever the highlights are", () => {
    const text = "a😀b😀c";
    for (const highlights of [
      [],
      [[0, 5]],
      [[4, 9]],
      [[3, 1]],
      [
        [2, 4],
        [1, 3],
      ],
      [
        [0, 1],
        [0, 1],
      ],
      [[9, 12]],
    ]) {
      expect(
        pieces(text, highlights)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    }
  });
});

describe("plain", () => {
  const read = (text: string, highlights: number[][]) =>
    plain(pieces(text, highlights)).map((piece) => (piece.marked ? `[${piece.text}]` : piece.text));

  it("takes Markdown's marks away, and what was found stays marked", () => {
    expect(read("## 🌙 **two** tides", [[7, 10]])).toEqual(["🌙 ", "[two]", " tides"]);
    expect(read("`two **tides**`, two **tides**", [[17, 28]])).toEqual(["two **tides**, ", "[two tides]"]);
  });

  it("keeps a mark in which something was found", () => {
    expect(read("see [it](https://sea.org)", [[17, 20]])).toEqual(["see it](https://", "[sea]", ".org)"]);
  });
});
