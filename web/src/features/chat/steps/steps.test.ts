import { expect, it } from "vitest";
import type { OutputItem } from "@/lib/stream";
import { filesNamedIn } from "./made-files";
import { fenced, type Step, stepsOf } from "./steps";

const one = (item: OutputItem, running = false): Step | undefined =>
  stepsOf({ output: [{ type: "message" }, item] }, running)[0];

it("shows code, what it printed, and its pictures wherever the server stands", () => {
  const url = "https://example.org/ai/v1/containers/cntr_1/files/cfile_2/content";
  const outputs = [
    { type: "logs", logs: "42" },
    { type: "image", url },
    { type: "image", url: "https://elsewhere.example/a.png" },
  ];
  expect(
    one({ id: "ci_1", type: "code_interpreter_call", status: "completed", code: "print(42)", outputs }),
  ).toEqual({
    ...{ key: "ci_1", kind: "code", state: "done", error: "", code: "print(42)", printed: "42" },
    pictures: [{ containerId: "cntr_1", fileId: "cfile_2" }],
  });
});

it("tells what runs from what ended with the reply before it was done", () => {
  const item = { type: "code_interpreter_call", status: "interpreting" };
  expect(one(item, true)?.state).toBe("running");
  expect(one(item)?.state).toBe("failed");
  expect(one({ ...item, status: "incomplete" })?.state).toBe("failed");
  expect(one({ ...item, status: "completed" }, true)?.state).toBe("done");
});

it("says what went wrong, in each of the ways in which servers say it", () => {
  const call = { type: "mcp_call", status: "failed", server_label: "shop", name: "sell", arguments: "{}" };
  const ran = { type: "mcp_tool_execution_error", content: [{ type: "text", text: "Sold out." }, null] };
  expect(one({ ...call, error: { type: "http_error", code: 500, message: "Broken." } })?.error).toBe(
    "Broken.",
  );
  expect(one({ ...call, error: ran })?.error).toBe("Sold out.\n");
  expect(one({ ...call, error: null, output: "7", status: "completed" })).toMatchObject({
    ...{ kind: "server", server: "shop", name: "sell", output: "7", state: "done" },
  });
  expect(
    one({ type: "web_search_call", status: "completed", error: "No such page.", action: undefined }),
  ).toMatchObject({ state: "failed", error: "No such page." });
});

it("tells a search of the web from a page, and names pages and files once", () => {
  const results = [
    { url: "https://a.example/", title: "A" },
    { url: "https://a.example/", title: "A" },
  ];
  expect(
    one({ type: "web_search_call", action: { type: "search", queries: ["moon"] }, results }),
  ).toMatchObject({ kind: "web_search", words: ["moon"], pages: ["https://a.example/"] });
  const action = { type: "find_in_page", url: "https://a.example/", pattern: "sea" };
  expect(one({ type: "web_search_call", action, results })).toMatchObject({
    ...{ kind: "web_page", url: "https://a.example/", title: "A", pattern: "sea" },
  });
  const files = [{ filename: "a.pdf" }, { filename: "a.pdf" }, {}];
  expect(one({ type: "file_search_call", queries: ["sea"], results: files })).toMatchObject({
    ...{ kind: "files", words: ["sea"], names: ["a.pdf"] },
  });
});

it("leaves to others what is no step", () => {
  const others = [{ type: "mcp_list_tools" }, { type: "new_call" }];
  expect(stepsOf({ output: others }, true)).toEqual([]);
  // A function without an answer is the client's.
  expect(one({ type: "function_call", name: "f", call_id: "call_1", status: "completed" })).toBeUndefined();
  expect(stepsOf(null, true)).toEqual([]);
});

const PIXEL = "data:image/png;base64,iVBORw0KGgo=";

it("shows commands as a terminal does, until the answer says that they are over", () => {
  const call = { ...{ type: "shell_call", call_id: "call_1", status: "completed" }, id: "sh_1" };
  const action = { type: "exec", commands: ["ls\n", "false", "sleep 9"] };
  const output = [
    { stdout: "a.txt\nb.txt\n", stderr: "no c\n", outcome: { type: "exit", exit_code: 0 } },
    { stdout: "", stderr: "", outcome: { type: "exit", exit_code: 1 } },
    { stdout: "", stderr: "", outcome: { type: "timeout" } },
  ];
  const answer = { type: "shell_call_output", call_id: "call_1", status: "completed", output };
  const step = stepsOf({ output: [{ ...call, action }, answer] }, true)[0];
  expect(step).toMatchObject({ kind: "shell", state: "done", commands: ["ls\n", "false", "sleep 9"] });
  expect(step?.kind === "shell" && step.terminal).toBe(
    "$ ls\n\na.txt\nb.txt\nno c\n$ false\n[exit 1]\n$ sleep 9\n[timeout]",
  );
  expect(stepsOf({ output: [{ ...call, action }] }, true)[0]?.state).toBe("running");
  expect(stepsOf({ output: [{ ...call, action }] }, false)[0]?.state).toBe("failed");
});

it("pairs what was done on a screen, and functions of tools, with what came of them", () => {
  const click = { ...{ type: "computer_call", call_id: "call_1" }, actions: [{ type: "click", x: 3, y: 4 }] };
  const seen = { type: "computer_call_output", call_id: "call_1", output: { image_url: PIXEL } };
  const open = { type: "function_call", call_id: "call_2", name: "open", arguments: '{"url":"a"}' };
  const parts = [{ type: "input_text", text: "A page." }, { type: "input_image", file_id: "file_1" }, null];
  const came = { type: "function_call_output", call_id: "call_2", output: parts, status: "completed" };
  expect(stepsOf({ output: [click, seen, open, came] }, false)).toMatchObject([
    { kind: "screen", state: "done", actions: [{ type: "click" }], pictures: [{ url: PIXEL }] },
    { kind: "function", state: "done", name: "open", output: "A page.", pictures: [{ fileId: "file_1" }] },
  ]);
  const elsewhere = { ...seen, output: { image_url: "https://elsewhere.example/a.png" } };
  expect(stepsOf({ output: [click, elsewhere] }, false)[0]).toMatchObject({ pictures: [] });
});

it("offers each file that the text names once, and no picture that is shown", () => {
  const cites = (file_id: string, filename: string) => ({
    ...{ type: "container_file_citation" as const, container_id: "cntr_1", file_id, filename },
  });
  const annotations = [cites("cfile_1", "a.csv"), cites("cfile_1", "a.csv"), cites("cfile_2", "b.png")];
  const outputs = [{ type: "image", url: "/v1/containers/cntr_1/files/cfile_2/content" }];
  const output = [
    { type: "code_interpreter_call", status: "completed", outputs },
    { type: "message", content: [{ type: "output_text", text: "Done.", annotations }] },
  ];
  const files = filesNamedIn({ output }, stepsOf({ output }, false));
  expect(files.map((file) => file.filename)).toEqual(["a.csv"]);
});

it("keeps code in its fence, whatever ticks are in it", () => {
  expect(fenced('print("```")', "python")).toBe('````python\nprint("```")\n````');
  expect(fenced("1", "python")).toBe("```python\n1\n```");
});
