import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import i18next from "i18next";
import type { ReactNode } from "react";
import { initReactI18next } from "react-i18next";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { queryClient } from "@/lib/query-client";
import { REPORT, RESEARCH } from "../data/fixtures.test-helper";
import words from "../messages/en.json";
import { Coverage } from "../report/Coverage";
import { ReportView } from "../report/ReportView";
import { Progress } from "./Progress";
import { Questions } from "./Questions";
import { Sources } from "./Sources";

const openReading = vi.hoisted(() => vi.fn());
vi.mock("@/features/reading", () => ({ openReading }));

const AT = "/earthshine/v1/research/resp_1";
const asked: { path: string; body: unknown }[] = [];
let replies: Record<string, unknown> = {};

beforeEach(async () => {
  await i18next.use(initReactI18next).init({ lng: "en", resources: { en: { research: words } } });
  asked.length = 0;
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    const request = input instanceof Request ? input : new Request(new URL(input, location.href), init);
    const { pathname } = new URL(request.url);
    if (request.method === "POST")
      asked.push({ path: pathname, body: await request.json().catch(() => null) });
    return Response.json(replies[pathname] ?? RESEARCH);
  });
});
afterEach(() => {
  cleanup();
  queryClient.clear();
  openReading.mockClear();
  vi.unstubAllGlobals();
});

const show = (children: ReactNode) =>
  render(<QueryClientProvider client={queryClient}>{children}</QueryClientProvider>);

it("lets the plan that waits be approved as it is, or changed first", async () => {
  const waiting = { ...RESEARCH, waiting: "plan" as const };
  show(<Questions research={waiting} />);
  fireEvent.click(screen.getByRole("button", { name: words.plan_begin }));
  await waitFor(() => expect(asked).toHaveLength(1));
  const [q1, q2] = RESEARCH.questions.map(({ id, text }) => ({ id, text }));
  expect(asked[0]).toEqual({ path: `${AT}/plan`, body: { questions: [q1, q2] } });
  fireEvent.click(screen.getByRole("button", { name: words.plan_edit }));
  const box = screen.getByRole("textbox");
  fireEvent.change(box, { target: { value: "Who built the pier?\nWho pays?" } });
  fireEvent.click(screen.getByRole("button", { name: words.plan_save_begin }));
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(asked[1]?.body).toEqual({ questions: [q2, { text: "Who pays?" }] });
  await waitFor(() => expect(screen.queryByRole("textbox")).toBeNull());
});

it("shows what is spent of each limit, and what it does", () => {
  show(<Progress research={RESEARCH} />);
  expect(screen.getByRole("status").textContent).toBe("Reading · 4 sources · 4 passages");
  expect(screen.getAllByRole("progressbar")).toHaveLength(1);
  expect(screen.getByText("3 of 5")).toBeTruthy();
});

it("folds copies, and drops a source of a finished report: a new research takes its place", async () => {
  replies = { [`${AT}/sources`]: { ...RESEARCH, id: "resp_2" } };
  show(<Sources research={{ ...RESEARCH, status: "completed", report: REPORT }} />);
  expect(screen.getByText(/^1 copy of it/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Drop Page s4" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Drop Page s1" }));
  await waitFor(() => expect(location.pathname).toBe("/research/resp_2"));
  expect(asked[0]).toEqual({ path: `${AT}/sources`, body: { drop: ["s1"] } });
});

it("adds the address of a page while it goes on", async () => {
  replies = {};
  show(<Sources research={RESEARCH} />);
  fireEvent.change(screen.getByRole("textbox"), { target: { value: " https://port.example.org/ " } });
  fireEvent.click(screen.getByRole("button", { name: words.add }));
  await waitFor(() => expect(asked[0]?.body).toEqual({ add: ["https://port.example.org/"] }));
});

it("shows what a sentence stands on, and opens its passages in their pages", async () => {
  const [cut] = REPORT.evidence;
  const [from] = REPORT.sources;
  replies = {
    [`${AT}/evidence/e1`]: {
      evidence: cut,
      source: from,
      before: "Before. ",
      after: " After.",
      verified: true,
    },
  };
  const onShow = vi.fn();
  const shown = "q1 c1";
  show(<ReportView research={RESEARCH} report={REPORT} shown={shown} onShow={onShow} />);
  const section = screen.getByRole("region", { name: "How old are they?" });
  const list = within(section).getByRole("region", { name: words.evidence });
  await within(list).findByText(words.verified);
  expect(list.textContent).toContain("…Before. Words of e1. After.…");
  // The summary has the sentence too, and stays closed.
  expect(screen.getAllByRole("region", { name: words.evidence })).toHaveLength(1);
  fireEvent.click(within(list).getAllByRole("button", { name: words.open_passage })[0] as HTMLElement);
  expect(openReading.mock.calls[0]?.[1]).toEqual({
    ...{ fileId: "file-s1", filename: "Page s1", part: 0, start: 10, end: 30 },
  });
  expect(openReading.mock.calls[0]?.[2]).toHaveLength(4);
  fireEvent.click(within(section).getByRole("link", { name: "Claim c2." }));
  expect(onShow).toHaveBeenCalledWith("q1 c2");
  expect(screen.getByRole("region", { name: words.contradictions }).textContent).toContain("In 1631.");
  expect(screen.getByRole("region", { name: words.not_found }).textContent).toContain("Who built the pier?");
});

it("leads from the coverage to the sentence", () => {
  const onShow = vi.fn();
  show(<Coverage report={REPORT} onShow={onShow} />);
  const none = screen.getByRole("region", { name: words.coverage_none });
  expect(within(none).getAllByRole("button")).toHaveLength(2);
  fireEvent.click(within(none).getByRole("button", { name: "Claim c4." }));
  expect(onShow).toHaveBeenCalledWith("c4");
});
