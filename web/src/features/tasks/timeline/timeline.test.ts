import { expect, it } from "vitest";
import type { SessionItem } from "../session/types";
import { blocksOf } from "./blocks";
import { diffLines } from "./diff";
import { writtenIn } from "./written";

const item = (id: string, type: string, more: Partial<SessionItem>): SessionItem => ({
  ...{ id, type, turn_id: "aturn_1", status: "completed" },
  ...more,
});
const shell = (id: string, command: string, more: Partial<SessionItem> = {}) =>
  item(id, "command_execution", { command, exit_code: 0, output: "", ...more });

it("puts what was done between what was said, in one list for what stands together", () => {
  const items = [
    item("m1", "message", { role: "user", content: [{ type: "input_text", text: "Count." }] }),
    item("r1", "reasoning", { summary: [{ type: "summary_text", text: "1. run" }] }),
    item("r2", "reasoning", {
      summary: [{ type: "summary_text", text: "1. [>] code: list the files\n2. [ ] answer" }],
    }),
    shell("sh_1", "ls"),
    item("ci_1", "command_execution", { command: "print(1)", output: "1\n" }),
    item("f1", "function_call", { name: "weather", call_id: "c1", arguments: { city: "Fès" } }),
    item("o1", "function_call_output", { call_id: "c1", output: "Sunny." }),
    item("m2", "message", { role: "assistant", content: [{ type: "output_text", text: "One." }] }),
  ];
  const blocks = blocksOf(items, false);
  expect(blocks.map((block) => block.kind)).toEqual(["said", "thought", "steps", "answer"]);
  const steps = blocks[2]?.kind === "steps" ? blocks[2].steps : [];
  expect(steps).toMatchObject([
    { kind: "shell", state: "done", commands: ["ls"] },
    { kind: "code", code: "print(1)", printed: "1\n" },
    { kind: "function", name: "weather", output: "Sunny.", state: "done" },
  ]);
});

it("tells what runs from what failed", () => {
  const running = shell("sh_1", "sleep 9", { status: "in_progress", exit_code: null, output: "so far" });
  const [now] = blocksOf([running], true);
  expect(now).toMatchObject({ running: true, steps: [{ state: "running", terminal: "$ sleep 9\nso far" }] });
  const [over] = blocksOf([shell("sh_2", "false", { status: "failed", exit_code: 1 })], true);
  expect(over).toMatchObject({ steps: [{ state: "failed", terminal: "$ false\n[exit 1]" }] });
});

it("finds files that commands write, and what was in them before", () => {
  const items = [
    shell("sh_1", "mkdir -p a && cat > 'a/notes.md' <<'EOF'\none\ntwo\nEOF\necho done"),
    shell("sh_2", "cat <<END >> a/notes.md\nثلاثة\nEND"),
    shell("sh_3", "tee -a a/notes.md <<X\nfour\nX\ncat <<Y > /dev/null\nno\nY"),
    item("ci_1", "command_execution", { command: "cat > x <<E\nno\nE" }),
  ];
  expect(writtenIn(items)).toEqual([
    { key: "sh_1-0", path: "a/notes.md", text: "one\ntwo\n", before: null },
    { key: "sh_2-0", path: "a/notes.md", text: "one\ntwo\nثلاثة\n", before: "one\ntwo\n" },
    { key: "sh_3-0", path: "a/notes.md", text: "one\ntwo\nثلاثة\nfour\n", before: "one\ntwo\nثلاثة\n" },
  ]);
});

const signed = (before: string, after: string) =>
  diffLines(before, after).map(({ kind, text }) => ({ same: " ", added: "+", removed: "-" })[kind] + text);

it("says which lines are new and which are gone, and loses none", () => {
  expect(signed("a\nb\nc\n", "a\nx\nc\n")).toEqual([" a", "-b", "+x", " c"]);
  expect(signed("", "a\n")).toEqual(["+a"]);
  expect(signed("a\n", "")).toEqual(["-a"]);
  const words = ["a", "b", "c", "d"];
  for (let seed = 0; seed < 200; seed += 1) {
    const pick = (salt: number) =>
      Array.from(
        { length: (seed * salt) % 9 },
        (_, at) => words[(seed * (at + salt) * 7 + at * salt) % 4] ?? "",
      );
    const [before, after] = [pick(3), pick(5)];
    const lines = diffLines(before.join("\n"), after.join("\n"));
    const without = (kind: string) => lines.filter((line) => line.kind !== kind).map((line) => line.text);
    expect(without("added")).toEqual(before);
    expect(without("removed")).toEqual(after);
  }
});
