/** The events of a whole reply, as the server numbers them. */
import type { Reply, StreamEvent } from "./reply";

export function emptyReply(status: Reply["status"] = "in_progress"): Reply {
  return { id: "resp_1", status, model: "m", created_at: 1, output: [], usage: null };
}

/** What a model thinks and says, token by token. */
export function journal(thoughts: readonly string[], words: readonly string[]): StreamEvent[] {
  const events: Omit<StreamEvent, "sequence_number">[] = [
    { type: "response.created", response: emptyReply("queued") },
    { type: "response.queued", response: emptyReply("queued") },
    { type: "response.in_progress", response: emptyReply() },
  ];
  const output: Reply["output"][number][] = [];
  const write = (kind: "reasoning" | "message", part: string, tokens: readonly string[]) => {
    const output_index = output.length;
    const type = kind === "message" ? "response.output_text.delta" : "response.reasoning_text.delta";
    const item = { id: `${kind}_1`, type: kind, status: "in_progress", content: [] };
    events.push({ type: "response.output_item.added", output_index, item });
    events.push({
      type: "response.content_part.added",
      output_index,
      content_index: 0,
      part: { type: part, text: "" },
    });
    for (const delta of tokens) events.push({ type, output_index, content_index: 0, delta });
    const done = { ...item, status: "completed", content: [{ type: part, text: tokens.join("") }] };
    events.push({ type: "response.output_item.done", output_index, item: done });
    output.push(done);
  };
  if (thoughts.length) write("reasoning", "reasoning_text", thoughts);
  write("message", "output_text", words);
  const usage = { input_tokens: 1, output_tokens: words.length, total_tokens: 1 + words.length };
  events.push({ type: "response.completed", response: { ...emptyReply("completed"), output, usage } });
  return events.map((event, sequence_number) => ({ ...event, sequence_number }));
}

export function frames(events: readonly StreamEvent[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}
