import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { startI18n } from "@/lib/i18n";
import { queryClient } from "@/lib/query-client";
import type { Turn } from "../turns/branch";
import { Reply } from "./Reply";

const followed = { reply: null as unknown, thinking: null, link: "away" };
vi.mock("./use-reply", () => ({ useReply: () => followed, followTurn: () => undefined }));

const TURN = { id: "turn_1", chat_id: "chat_1", status: "in_progress", versions: [] } as unknown as Turn;

beforeAll(async () => void (await startI18n()));
beforeEach(() => void vi.stubGlobal("fetch", async () => Response.json({ data: [] })));
afterEach(() => vi.restoreAllMocks());

function show() {
  render(
    <QueryClientProvider client={queryClient}>
      <Reply turn={TURN} last alone>
        <span />
      </Reply>
    </QueryClientProvider>,
  );
}

it("promises nothing of a server that it cannot reach, which may be down", () => {
  show();
  expect(screen.getByText(/^Connection lost/).textContent).toBe(
    "Connection lost. What was written is kept; trying again by itself…",
  );
  expect(screen.queryByText(/goes on at the server/)).toBeNull();
});

it("names the tools that the model called, and breaks on no kind of item", () => {
  const output = [
    { type: "tool_search_call", status: "completed" },
    { type: "tool_search_output" },
    { type: "function_call", name: "add_line", arguments: "{}" },
    { type: "function_call", name: "add_line", arguments: "{}" },
    { type: "function_call_output" },
    { type: "of_another_version" },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "Done." }] },
  ];
  followed.reply = { id: "resp_1", status: "in_progress", model: "m", created_at: 0, output, usage: null };
  try {
    show();
  } finally {
    followed.reply = null;
  }
  expect(screen.getByText(/^Called:/).textContent).toBe("Called: tool_search and add_line");
  expect(screen.getByText("Done.")).toBeDefined();
});

it("says that the reply goes on where only this device is offline", () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  show();
  expect(screen.getByText(/goes on at the server/)).toBeDefined();
});
