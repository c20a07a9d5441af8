import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { addCatalogue, startI18n } from "@/lib/i18n";
import { queryClient } from "@/lib/query-client";
import { consoleCatalogue } from "../catalogue";
import Ratings from "./Ratings";

let asked: string[] = [];

function show(summaries: object[], ratings: object[] = []) {
  asked = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    return Response.json({
      data: pathname === "/earthshine/v1/ratings/summary" ? summaries : ratings,
      has_more: false,
    });
  });
  render(
    <QueryClientProvider client={queryClient}>
      <Ratings />
    </QueryClientProvider>,
  );
}

beforeAll(async () => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  await startI18n();
  await addCatalogue(consoleCatalogue);
});
afterEach(() => queryClient.clear());

const REASONS = [
  { reason: "unclear", count: 1 },
  { reason: "wrong", count: 5 },
  { reason: "too_long", count: 2 },
  { reason: "other", count: 3 },
];

it("counts what people think of each model, with the reasons that are given most", async () => {
  show([{ id: "small", good: 7, bad: 11, reasons: REASONS }]);
  const row = await screen.findByRole("row", { name: /^small/ });
  expect(within(row).getByText("7")).toBeDefined();
  expect(within(row).getByText("11")).toBeDefined();
  expect(within(row).getByText("Wrong 5 · Something else 3 · Too long 2")).toBeDefined();
});

it("reads other people's comments only when somebody asks for them, and leaves empty ones out", async () => {
  const rating = { rating: "bad", model: "small", created_at: 1_700_000_000, reasons: [] };
  show(
    [{ id: "small", good: 0, bad: 2, reasons: [] }],
    [
      { ...rating, id: "r1", comment: "Not my question" },
      { ...rating, id: "r2", comment: "" },
    ],
  );
  const button = await screen.findByRole("button", { name: /comments/i });
  expect(asked).toEqual(["/earthshine/v1/ratings/summary"]);
  fireEvent.click(button);
  const comment = await screen.findByRole("row", { name: /Not my question/ });
  expect(within(comment).getByText("Bad reply")).toBeDefined();
  expect(screen.getAllByRole("row")).toHaveLength(4);
});

it("says that nobody rated yet", async () => {
  show([]);
  expect(await screen.findByText("Nobody has rated a reply yet.")).toBeDefined();
  expect(screen.queryByRole("button")).toBeNull();
});
