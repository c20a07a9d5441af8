/**
 * Server-sent events from bytes, however the network cut them.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export interface ServerEvent {
  /** The event's name; "message" when the stream gives none. */
  name: string;
  data: string;
}

/** Turns chunks of bytes into events. One parser reads one connection. */
export class SseParser {
  readonly #decoder = new TextDecoder();
  /** The beginning of a line whose end has not come. */
  #line = "";
  /** Whether the last chunk ended with CR, of which LF may be the other half. */
  #afterReturn = false;
  #name = "";
  #data: string[] = [];

  /** Takes the next bytes; returns the events that they complete. */
  push(bytes: Uint8Array): ServerEvent[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    const events: ServerEvent[] = [];
    if (text === "") return events;
    let start = this.#afterReturn && text[0] === "\n" ? 1 : 0;
    this.#afterReturn = false;
    const ends = /\r\n?|\n/g;
    ends.lastIndex = start;
    for (let end = ends.exec(text); end; end = ends.exec(text)) {
      this.#take(this.#line + text.slice(start, end.index), events);
      this.#line = "";
      start = ends.lastIndex;
      this.#afterReturn = end[0] === "\r" && start === text.length;
    }
    this.#line += text.slice(start);
    return events;
  }

  #take(line: string, events: ServerEvent[]): void {
    if (line === "") {
      if (this.#data.length > 0) events.push({ name: this.#name || "message", data: this.#data.join("\n") });
      this.#name = "";
      this.#data = [];
      return;
    }
    const colon = line.indexOf(":");
    // A line that begins with a colon is a comment.
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#name = value;
  }
}

/** Yields the events of a reply's body, all that one read brought at once. Ends when the body ends. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent[]> {
  const parser = new SseParser();
  const reader = body.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const events = parser.push(read.value);
      if (events.length > 0) yield events;
    }
  } finally {
    // Rejects when the connection broke, which the reader has been told already.
    reader.cancel().catch(() => undefined);
  }
}
