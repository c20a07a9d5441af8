import { describe, expect, it } from "vitest";
import type { FileCitation } from "./annotations";
import { citedTextOf, markOf, unmarked, withFootnotes } from "./citations";
import type { OutputItem } from "./items";
import { applyEvent, NO_STATE, type StreamEvent } from "./reply";

function cite(index: number, start = 0, end = 5): FileCitation {
  const quote = "اقتباس";
  return {
    type: "file_citation",
    file_id: "file_1",
    filename: "a.pdf",
    index,
    start,
    end,
    part: "3",
    part_number: 2,
    quote,
  };
}

function message(text: string, ...annotations: FileCitation[]): OutputItem[] {
  return [{ type: "message", content: [{ type: "output_text", text, annotations }] }];
}

const c = (number: number) => markOf("c", number);

describe("cited text", () => {
  it("has a mark at the place of each citation, counted in characters", () => {
    const { text } = citedTextOf(message("🌒 shines. Really.", cite(8), cite(17, 7, 9)));
    expect(text).toBe(`🌒 shines${c(1)}. Really.${c(2)}`);
    expect(unmarked(text)).toBe("🌒 shines. Really.");
  });

  it("numbers a passage once", () => {
    const { text, citations } = citedTextOf(message("a b c", cite(1), cite(3, 8, 9), cite(5)));
    expect(text).toBe(`a${c(1)} b${c(2)} c${c(1)}`);
    expect(citations).toHaveLength(2);
  });

  it("cites kept pages of the web, and no others", () => {
    const page = { type: "url_citation" as const, url: "https://a.test/x", title: "A page", end_index: 4 };
    const kept = { ...page, file_id: "file_9", start: 1, end: 2, quote: "q" };
    const content = [
      {
        ...{ type: "output_text", text: "High. So." },
        annotations: [page, kept, { ...kept, url: "javascript:alert(1)" }],
      },
    ];
    const { text, citations } = citedTextOf([{ type: "message", content }]);
    expect(text).toBe(`High${c(1)}. So.`);
    expect(citations).toMatchObject([{ filename: "A page", url: "https://a.test/x", file_id: "file_9" }]);
  });

  it("leaves tables and code what they are", () => {
    const table = "| a | b |\n|---|---|\n| 1 | 2 |";
    expect(citedTextOf(message(table, cite(table.length))).text).toBe(`${table.slice(0, -2)}${c(1)} |`);
    expect(citedTextOf(message("```\nx\n```", cite(9))).text).toBe(`\`\`\`\nx\n\`\`\`\n\n${c(1)}`);
  });

  it("marks what was found nowhere", () => {
    const part = {
      ...{ type: "output_text", text: "He said “no”." },
      checks: [{ type: "quotation" as const, start: 8, end: 12, verdict: "not_found" as const }],
    };
    const { text, checks } = citedTextOf([{ type: "message", content: [part] }]);
    expect(text).toBe(`He said “no”${markOf("x", 1)}.`);
    expect(checks).toHaveLength(1);
  });

  it("is copied with footnotes", () => {
    const cited = citedTextOf(message("It shines. It turns.", cite(10), cite(20)));
    expect(withFootnotes(cited, (each) => `${each.filename}, ${each.part}:\n“${each.quote}”`)).toBe(
      "It shines.[^1] It turns.[^1]\n\n[^1]: a.pdf, 3: “اقتباس”",
    );
    expect(withFootnotes(citedTextOf(message("plain")), () => "")).toBe("plain");
  });

  it("grows with its events", () => {
    const events = [
      { type: "response.created", response: { id: "r", status: "in_progress", output: [] } },
      { type: "response.output_item.added", output_index: 0, item: { type: "message", content: [] } },
      {
        type: "response.content_part.added",
        output_index: 0,
        content_index: 0,
        part: { type: "output_text", text: "" },
      },
      { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "Yes." },
      {
        ...{
          type: "response.output_text.annotation.added",
          output_index: 0,
          content_index: 0,
          annotation_index: 0,
        },
        annotation: cite(4),
      },
    ].map((event, sequence_number) => ({ ...event, sequence_number }) as unknown as StreamEvent);
    const { reply } = events.reduce((state, event) => applyEvent(state, event, null), NO_STATE);
    expect(citedTextOf(reply?.output).text).toBe(`Yes.${c(1)}`);
  });
});
