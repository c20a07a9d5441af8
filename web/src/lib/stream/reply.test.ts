import { describe, expect, it } from "vitest";
import { emptyReply, journal } from "./journal.test-helper";
import { random } from "./random.test-helper";
import {
  answerOf,
  applyEvent,
  hasEnded,
  lengthOf,
  NO_STATE,
  type ReplyState,
  readStreamEvent,
  thoughtsOf,
} from "./reply";

const events = journal(["Let ", "me ", "see"], ["Hel", "lo ", "🌒"]);
const fold = (list: typeof events, from: ReplyState = NO_STATE) =>
  list.reduce((state, each) => applyEvent(state, each, null), from);

describe("applyEvent", () => {
  it("adds up to the response that the last event tells of, at each step", () => {
    const beforeTheEnd = fold(events.slice(0, -1)).reply;
    expect(answerOf(beforeTheEnd)).toBe("Hello 🌒");
    expect(thoughtsOf(beforeTheEnd)).toBe("Let me see");
    expect(beforeTheEnd?.output).toEqual(events.at(-1)?.response?.output);
    const whole = fold(events);
    expect(whole.reply).toEqual(events.at(-1)?.response);
    expect(whole.last).toBe(events.length - 1);
  });

  it("changes nothing by events that went in before, in whatever order they come again", () => {
    const next = random(7);
    for (let round = 0; round < 50; round++) {
      let state = NO_STATE;
      for (const event of events) {
        state = applyEvent(state, event, null);
        for (let again = 0; again < 3; again++) {
          const old = events[Math.floor(next() * (event.sequence_number + 1))];
          if (old) expect(applyEvent(state, old, null)).toBe(state);
        }
      }
      expect(state).toEqual(fold(events));
    }
  });

  it("leaves earlier states as they were", () => {
    const early = fold(events.slice(0, 7));
    const copy = structuredClone(early);
    fold(events.slice(7), early);
    expect(early).toEqual(copy);
  });

  it("follows commands and what they print, stream by stream", () => {
    const response = emptyReply();
    let state = applyEvent(NO_STATE, { type: "response.created", sequence_number: 0, response }, null);
    const tell = (type: string, output_index: number, more: object = {}) => {
      const event = { type: `response.${type}`, output_index, sequence_number: state.last + 1, ...more };
      state = applyEvent(state, event as never, null);
    };
    tell("output_item.added", 0, { item: { type: "shell_call", action: { commands: [] } } });
    tell("shell_call_command.added", 0, { command_index: 0, command: "" });
    tell("shell_call_command.delta", 0, { command_index: 0, delta: "l" });
    tell("shell_call_command.delta", 0, { command_index: 0, delta: "s" });
    tell("shell_call_command.done", 0, { command_index: 0, command: "ls" });
    expect(state.reply?.output[0]?.action?.commands).toEqual(["ls"]);
    tell("output_item.added", 1, { item: { type: "shell_call_output", output: [] } });
    tell("shell_call_output_content.delta", 1, { command_index: 0, delta: { stdout: "a" } });
    tell("shell_call_output_content.delta", 1, { command_index: 0, delta: { stdout: "b", stderr: "!" } });
    expect(state.reply?.output[1]?.output).toEqual([{ stdout: "ab", stderr: "!" }]);
    const whole = { stdout: "abc", stderr: "!", outcome: { type: "exit", exit_code: 0 } };
    tell("shell_call_output_content.done", 1, { command_index: 0, output: [whole] });
    expect(state.reply?.output[1]?.output).toEqual([whole]);
  });

  it("follows code and calls of other servers from their first piece to what came of them", () => {
    const response = emptyReply();
    let state = applyEvent(NO_STATE, { type: "response.created", sequence_number: 0, response }, null);
    const tell = (type: string, output_index: number, more: object = {}) => {
      const event = { type: `response.${type}`, output_index, sequence_number: state.last + 1, ...more };
      state = applyEvent(state, event as never, null);
    };
    tell("output_item.added", 0, {
      item: { type: "code_interpreter_call", code: "", status: "in_progress" },
    });
    tell("code_interpreter_call_code.delta", 0, { delta: "print(" });
    expect(lengthOf(state.reply)).toBe(6);
    tell("code_interpreter_call_code.done", 0, { code: "print(1)" });
    tell("code_interpreter_call.interpreting", 0);
    expect(state.reply?.output[0]).toMatchObject({ code: "print(1)", status: "interpreting" });
    tell("output_item.added", 1, { item: { type: "mcp_call", arguments: "", status: "in_progress" } });
    tell("mcp_call_arguments.delta", 1, { delta: '{"a' });
    expect(state.reply?.output[1]).toMatchObject({ arguments: '{"a', status: "in_progress" });
    tell("mcp_call_arguments.done", 1, { arguments: '{"a":1}' });
    expect(state.reply?.output[1]).toMatchObject({ arguments: '{"a":1}', status: "calling" });
    const action = { type: "open_page", url: "https://example.org/" };
    tell("output_item.added", 2, { item: { type: "web_search_call", status: "in_progress" } });
    tell("web_search_call.searching", 2, { action });
    expect(state.reply?.output[2]).toMatchObject({ action, status: "searching" });
  });

  it("takes summaries for thoughts, and follows calls", () => {
    let state = applyEvent(
      NO_STATE,
      { type: "response.created", sequence_number: 0, response: emptyReply() },
      null,
    );
    const tell = (event: object) => {
      state = applyEvent(state, { ...event, sequence_number: state.last + 1 } as never, null);
    };
    tell({ type: "response.output_item.added", output_index: 0, item: { type: "reasoning", summary: [] } });
    tell({
      type: "response.reasoning_summary_part.added",
      output_index: 0,
      summary_index: 0,
      part: { text: "" },
    });
    tell({ type: "response.reasoning_summary_text.delta", output_index: 0, summary_index: 0, delta: "hm" });
    tell({
      type: "response.output_item.added",
      output_index: 1,
      item: { type: "function_call", name: "f", arguments: "" },
    });
    tell({ type: "response.function_call_arguments.delta", output_index: 1, delta: '{"a":' });
    tell({ type: "response.function_call_arguments.delta", output_index: 1, delta: "1}" });
    expect(thoughtsOf(state.reply)).toBe("hm");
    expect(state.reply?.output[1]?.arguments).toBe('{"a":1}');
    expect(lengthOf(state.reply)).toBe(9);
  });

  it("goes on over events that it does not know, or that point nowhere", () => {
    const state = fold(events.slice(0, 5));
    const strange = applyEvent(
      state,
      { type: "response.new_thing", sequence_number: 5, output_index: 9 },
      null,
    );
    expect(strange.reply).toBe(state.reply);
    expect(strange.last).toBe(5);
    const nothing = applyEvent(
      NO_STATE,
      { type: "response.output_text.delta", sequence_number: 0, delta: "x" },
      null,
    );
    expect(nothing.reply).toBeNull();
  });

  it("fails with the words of an error event", () => {
    const state = applyEvent(
      fold(events.slice(0, 5)),
      { type: "error", sequence_number: 5, code: "c", message: "why" },
      null,
    );
    expect(state.reply).toMatchObject({ status: "failed", error: { code: "c", message: "why" } });
    expect(hasEnded(state.reply)).toBe(true);
  });

  it("times the thinking that it saw, and no other", () => {
    const timed = events.reduce((state, each, index) => applyEvent(state, each, index * 100), NO_STATE);
    const added = events.findIndex((each) => each.item?.type === "reasoning");
    const done = events.findIndex((each) => each.type.endsWith("item.done"));
    expect(timed.thinking).toEqual({ from: added * 100, to: done * 100, done: true });
    expect(fold(events).thinking).toEqual({ from: null, to: null, done: true });
  });

  it("ends the thinking of a reply that was stopped in it", () => {
    const thinking = events.slice(0, 6).reduce((state, each) => applyEvent(state, each, 5), NO_STATE);
    const response = { ...emptyReply("cancelled") };
    const stopped = applyEvent(thinking, { type: "response.incomplete", sequence_number: 6, response }, 9);
    expect(stopped.thinking).toEqual({ from: 5, to: 9, done: true });
  });
});

describe("readStreamEvent", () => {
  it("reads events, and nothing else", () => {
    expect(readStreamEvent('{"type":"x","sequence_number":0}')).toEqual({ type: "x", sequence_number: 0 });
    expect(readStreamEvent("[DONE]")).toBeNull();
    expect(readStreamEvent('{"type":"x"}')).toBeNull();
  });
});
