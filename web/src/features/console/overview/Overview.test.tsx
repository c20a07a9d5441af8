import { render, screen } from "@testing-library/react";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { addCatalogue, startI18n } from "@/lib/i18n";
import { consoleCatalogue } from "../catalogue";
import type { LogFilters } from "../log/queries";
import type { Alert } from "./alerts";
import Overview from "./Overview";

const WELL = "All is well.";

const now = vi.hoisted(() => ({ failed: [] as object[], known: true, alerts: [] as unknown[] }));
vi.mock("./alerts", () => ({ useAlerts: () => now.alerts as Alert[] }));
vi.mock("../access", () => ({ useAccess: () => ({ can: () => false }) }));
vi.mock("../models/queries", () => ({ useEngines: () => ({ data: { data: [] } }) }));
vi.mock("../usage/queries", () => ({ useReport: () => ({ data: [] }) }));
vi.mock("../log/queries", async (load) => ({
  ...(await load<object>()),
  useLog: (filters: LogFilters) =>
    filters.status === "failed"
      ? {
          isPending: !now.known,
          data: now.known ? { pages: [{ data: now.failed, has_more: false }] } : undefined,
        }
      : { data: undefined },
}));

beforeAll(async () => {
  await startI18n();
  await addCatalogue(consoleCatalogue);
});
beforeEach(() => Object.assign(now, { failed: [], known: true, alerts: [] }));

it("says that all is well when nothing failed", () => {
  render(<Overview />);
  expect(screen.getByText(WELL)).toBeDefined();
});

it("does not say so beside failed requests", () => {
  now.failed = [{}, {}, {}];
  render(<Overview />);
  expect(screen.queryByText(WELL)).toBeNull();
  expect(screen.getByText("3")).toBeDefined();
  expect(screen.getByRole("link", { name: "See the failed requests" })).toBeDefined();
});

it("does not say so before it knows, nor beside what needs somebody", () => {
  now.known = false;
  const { unmount } = render(<Overview />);
  expect(screen.queryByText(WELL)).toBeNull();
  unmount();
  now.known = true;
  now.alerts = [{ id: "disk", text: "Little room is left", path: "/console/models" }];
  render(<Overview />);
  expect(screen.queryByText(WELL)).toBeNull();
  expect(screen.getByText("Little room is left")).toBeDefined();
});
