import { describe, expect, it } from "vitest";
import { random } from "./random.test-helper";
import { readEvents, type ServerEvent, SseParser } from "./sse";

const encoder = new TextEncoder();

function parse(...chunks: (string | Uint8Array)[]): ServerEvent[] {
  const parser = new SseParser();
  return chunks.flatMap((chunk) => parser.push(typeof chunk === "string" ? encoder.encode(chunk) : chunk));
}

describe("SseParser", () => {
  it("reads names and data", () => {
    expect(parse("event: a\ndata: 1\n\ndata: 2\n\n")).toEqual([
      { name: "a", data: "1" },
      { name: "message", data: "2" },
    ]);
  });

  it("joins the lines of data, and takes one space only", () => {
    expect(parse("data:  one\ndata:two\ndata\n\n")).toEqual([{ name: "message", data: " one\ntwo\n" }]);
  });

  it("leaves out comments, other fields and events without data", () => {
    expect(parse(": hello\nid: 7\nretry: 10\nevent: x\n\n:\ndata: y\n\n")).toEqual([
      { name: "message", data: "y" },
    ]);
  });

  it.each(["\n", "\r\n", "\r"])("takes %j for the end of a line", (end) => {
    const stream = ["event: a", "data: 1", "data: 2", "", "data: 3", "", ""].join(end);
    expect(parse(stream)).toEqual([
      { name: "a", data: "1\n2" },
      { name: "message", data: "3" },
    ]);
    expect(parse(...stream)).toEqual(parse(stream));
  });

  it("does not give what is not finished", () => {
    expect(parse("data: 1\n")).toEqual([]);
    expect(parse("data: 1\n\nda", "ta: 2")).toEqual([{ name: "message", data: "1" }]);
  });

  it("puts characters together that were cut", () => {
    const bytes = encoder.encode("data: قمر 🌒 月\n\n");
    const single = Array.from(bytes, (byte) => new Uint8Array([byte]));
    expect(parse(...single)).toEqual([{ name: "message", data: "قمر 🌒 月" }]);
  });

  it("gives the same events in any chunking", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = random(seed);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
      const line = () => pick(["data: ", "data:", "event: ", ": ", "id: ", "", "data"]);
      const text = () =>
        Array.from({ length: Math.floor(next() * 5) }, () => pick(["a", "é", "ع", "月", "🌒", " ", ":"]));
      let stream = "";
      for (let lines = Math.floor(next() * 30); lines > 0; lines--)
        stream += line() + text().join("") + pick(["\n", "\r\n", "\r", "\n\n", "\r\n\r\n"]);
      const bytes = encoder.encode(stream);
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; ) {
        const length = Math.floor(next() * 7);
        chunks.push(bytes.slice(at, at + length));
        at += length;
      }
      expect(parse(...chunks), JSON.stringify(stream)).toEqual(parse(bytes));
    }
  });

  it("reads a long line in small pieces without reading it again and again", () => {
    const piece = encoder.encode("x".repeat(100));
    const parser = new SseParser();
    parser.push(encoder.encode("data: "));
    for (let count = 0; count < 20_000; count++) parser.push(piece);
    expect(parser.push(encoder.encode("\n\n"))[0]?.data.length).toBe(2_000_000);
  });
});

describe("readEvents", () => {
  it("yields what one read brought, and ends with the body", async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of ["data: 1\n\ndata: 2\n\nda", "ta: 3\n", "\n"])
          controller.enqueue(encoder.encode(chunk));
        controller.close();
      },
    });
    const read: string[][] = [];
    for await (const events of readEvents(body)) read.push(events.map((event) => event.data));
    expect(read).toEqual([["1", "2"], ["3"]]);
  });

  it("lets go of the body when nobody reads on", async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(encoder.encode("data: 1\n\n")),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const events of readEvents(body)) {
      expect(events.length).toBeGreaterThan(0);
      break;
    }
    expect(cancelled).toBe(true);
  });

  it("says that the connection broke", async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error("cut")),
    });
    await expect(readEvents(body).next()).rejects.toThrow("cut");
  });
});
