import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import i18next from "i18next";
import type { ReactNode } from "react";
import { initReactI18next } from "react-i18next";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { queryClient } from "@/lib/query-client";
import tasks from "../messages/en.json";
import { Limits } from "../page/Limits";
import { Plan } from "../plan/Plan";
import type { AgentSession } from "../session/types";
import { Schedules } from "./Schedules";

const session = { id: "asess_1", status: "in_progress" } as AgentSession;
const asked: { method: string; path: string; body: unknown }[] = [];
let replies: Record<string, unknown> = {};

beforeEach(async () => {
  await i18next.use(initReactI18next).init({ lng: "en", resources: { en: { tasks } } });
  asked.length = 0;
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    const request = input instanceof Request ? input : new Request(new URL(input, location.href), init);
    const { pathname } = new URL(request.url);
    asked.push({ method: request.method, path: pathname, body: await request.json().catch(() => null) });
    return Response.json(replies[pathname] ?? {});
  });
});
afterEach(() => {
  cleanup();
  queryClient.clear();
  vi.unstubAllGlobals();
});

const show = (children: ReactNode) =>
  render(<QueryClientProvider client={queryClient}>{children}</QueryClientProvider>);

it("shows a plan with its states, and sends what is still to be done anew", async () => {
  const plan = [
    { number: 1, verb: "shell", target: "count the files", state: "done" as const },
    { number: 2, verb: "answer", target: "say how many", state: "todo" as const },
  ];
  replies = { "/earthshine/v1/agents/sessions/asess_1/plan": { lines: plan } };
  show(<Plan session={session} plan={plan} active />);
  expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "Done:shellcount the files",
    "To do:answersay how many",
  ]);
  fireEvent.click(screen.getByRole("button", { name: tasks.plan_edit }));
  const box = screen.getByRole<HTMLTextAreaElement>("textbox");
  expect(box.value).toBe("answer say how many");
  fireEvent.change(box, { target: { value: "shell sort them\n\nanswer say which is first" } });
  fireEvent.click(screen.getByRole("button", { name: tasks.plan_save }));
  await waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]?.body).toEqual({
    lines: [
      { verb: "shell", target: "sort them" },
      { verb: "answer", target: "say which is first" },
    ],
  });
});

it("shows what is used of each limit, and raises the one that is reached", async () => {
  const none = { limit: null, used: 3, left: null };
  const limits = {
    ...{ object: "agent.session.limits" as const, session_id: "asess_1", reached: ["steps"] },
    ...{ tokens: none, seconds: none, cents: none, steps: { limit: 5, used: 5, left: 0 } },
  };
  show(<Limits session={session} limits={limits} />);
  expect(screen.getAllByRole("progressbar")).toHaveLength(1);
  expect(screen.getByText("5 of 5")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: tasks.limit_double }));
  await waitFor(() => expect(asked[0]?.body).toEqual({ earthshine: { limits: { steps: 10 } } }));
});

it("lists what begins by itself with what it did last, and holds it", async () => {
  const daily = { id: "auto_1", name: "News", status: "active", expression: "0 7 * * *", timezone: "UTC" };
  const last = { created_at: Date.now() / 1000 - 7200, session_id: "asess_9", status: "completed" };
  replies = {
    "/v1/agents/automations": { data: [daily], has_more: false },
    "/v1/agents/automations/auto_1/invocations": { data: [last], has_more: false },
  };
  show(<Schedules />);
  const link = await screen.findByRole("link", { name: "Began a task 2 hours ago" });
  expect(link.getAttribute("href")).toBe("/tasks/asess_9");
  expect(screen.getByText("0 7 * * * UTC")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Pause News" }));
  await waitFor(() =>
    expect(asked.map((each) => each.path)).toContain("/v1/agents/automations/auto_1/pause"),
  );
});
