import { expect, it } from "vitest";
import type { OutputItem } from "@/lib/stream";
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
  const output = [{ type: "function_call", name: "f" }, { type: "mcp_list_tools" }, { type: "new_call" }];
  expect(stepsOf({ output }, true)).toEqual([]);
  expect(stepsOf(null, true)).toEqual([]);
});

it("keeps code in its fence, whatever ticks are in it", () => {
  expect(fenced('print("```")', "python")).toBe('````python\nprint("```")\n````');
  expect(fenced("1", "python")).toBe("```python\n1\n```");
});
