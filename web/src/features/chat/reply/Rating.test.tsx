import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { startI18n } from "@/lib/i18n";
import { queryClient } from "@/lib/query-client";
import type { Branch, Turn } from "../turns/branch";
import { turnsKey } from "../turns/queries";
import { Rating } from "./Rating";

const TURN = { id: "turn_1", chat_id: "chat_1", parent_id: null, rating: null } as unknown as Turn;

let sent: { method: string; path: string; body: unknown }[];

/** A server that keeps what it is sent, or refuses it. */
function serve(status = 200) {
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const text = await request.text();
    const body: unknown = text ? JSON.parse(text) : null;
    sent.push({ method: request.method, path: new URL(request.url).pathname, body });
    if (status !== 200)
      return Response.json({ error: { code: "internal_error", message: "No." } }, { status });
    return Response.json(body ?? { deleted: true });
  });
}

function show(turn: Turn) {
  queryClient.setQueryData<Branch>(turnsKey("chat_1"), { turns: [turn], hasMore: false });
  render(
    <QueryClientProvider client={queryClient}>
      <Rating turn={turn} />
    </QueryClientProvider>,
  );
}

const kept = () => queryClient.getQueryData<Branch>(turnsKey("chat_1"))?.turns[0]?.rating;

beforeAll(async () => void (await startI18n()));
beforeEach(() => serve());

it("rates at once when a thumb is pressed", async () => {
  show(TURN);
  fireEvent.click(screen.getByRole("button", { name: "Bad reply" }));
  await waitFor(() => expect(kept()?.rating).toBe("bad"));
  expect(sent).toEqual([
    {
      method: "PUT",
      path: "/earthshine/v1/chats/chat_1/turns/turn_1/rating",
      body: { rating: "bad", reasons: [], comment: "" },
    },
  ]);
});

it("sends reasons and a comment, of a bad reply other ones than of a good one", async () => {
  show(TURN);
  fireEvent.click(screen.getByRole("button", { name: "Bad reply" }));
  const wrong = await screen.findByRole("checkbox", { name: "Wrong" });
  expect(screen.queryByRole("checkbox", { name: "Correct" })).toBeNull();
  fireEvent.click(wrong);
  fireEvent.change(screen.getByRole("textbox", { name: "Comment" }), { target: { value: "2 + 2 is 4" } });
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(kept()).toEqual({ rating: "bad", reasons: ["wrong"], comment: "2 + 2 is 4" }));
});

it("shows what was given before without sending it anew, and takes it back", async () => {
  show({ ...TURN, rating: { rating: "good", reasons: ["clear"], comment: "Nice" } } as unknown as Turn);
  const thumb = screen.getByRole("button", { name: "Good reply" });
  expect(thumb.getAttribute("aria-pressed")).toBe("true");
  fireEvent.click(thumb);
  expect((await screen.findByRole<HTMLInputElement>("checkbox", { name: "Clear" })).checked).toBe(true);
  expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Comment" }).value).toBe("Nice");
  expect(sent).toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "Take back" }));
  await waitFor(() => expect(kept()).toBeNull());
  expect(sent.map((each) => each.method)).toEqual(["DELETE"]);
});

it("says that a rating was not kept", async () => {
  serve(500);
  show(TURN);
  fireEvent.click(screen.getByRole("button", { name: "Good reply" }));
  expect(await screen.findByRole("alert")).toBeDefined();
  expect(kept()).toBeNull();
});
