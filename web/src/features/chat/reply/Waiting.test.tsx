import { QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { startI18n } from "@/lib/i18n";
import { queryClient } from "@/lib/query-client";
import { Waiting } from "./Waiting";

const model = (id: string, alias_of: string | null = null) => ({
  id,
  earthshine: { alias_of, abilities: ["chat"] },
});
const MODELS = [model("small"), model("default", "small"), model("far")];

function serve(engines: object[]) {
  vi.stubGlobal("fetch", async (request: Request) =>
    Response.json({ data: new URL(request.url).pathname === "/earthshine/v1/engines" ? engines : MODELS }),
  );
}

async function shownAfter(seconds: number, name: string) {
  render(
    <QueryClientProvider client={queryClient}>
      <Waiting queued={false} model={name} />
    </QueryClientProvider>,
  );
  for (let at = 0; at < seconds * 10; at++) await act(() => vi.advanceTimersByTimeAsync(100));
}

beforeAll(async () => void (await startI18n()));
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  queryClient.clear();
  vi.useRealTimers();
});

it("says nothing of reasons at first", async () => {
  serve([{ model: "small", state: "loading", requests: 1, load: { percent: 42 } }]);
  await shownAfter(1, "small");
  expect(screen.getByText("Waiting for the model…")).toBeDefined();
});

it("says how far the load of the default model is", async () => {
  serve([{ model: "small", state: "loading", requests: 1, load: { percent: 42 } }]);
  await shownAfter(5, "default");
  expect(screen.getByText("The model is being loaded: 42%")).toBeDefined();
  expect(screen.getByRole("progressbar").getAttribute("value")).toBe("42");
});

it("says that the model is busy with others, or that a server elsewhere is silent, and for how long", async () => {
  serve([{ model: "small", state: "ready", requests: 3, load: null }]);
  await shownAfter(5, "small");
  expect(screen.getByText(/other requests, too: 3 in all. Waiting for 5/)).toBeDefined();
  cleanup();
  await shownAfter(5, "far");
  expect(screen.getByText(/server of this model has not answered yet/)).toBeDefined();
});
