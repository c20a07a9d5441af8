import { describe, expect, it } from "vitest";
import { LOG_FILTERS, logQuery } from "../log/queries";
import { readFilters, writeFilters } from "./url-state";

const DEFAULTS = { by: "model", days: "30", q: "" };

describe("filters in the address", () => {
  it("come back as they were written", () => {
    const filters = { by: "user_id", days: "7", q: "صباح & café=+%" };
    const address = writeFilters(new URLSearchParams(), filters, DEFAULTS).toString();
    expect(readFilters(new URLSearchParams(address), DEFAULTS)).toEqual(filters);
  });

  it("leave defaults out and foreign parameters alone", () => {
    const before = new URLSearchParams("by=user_id&other=1");
    expect(writeFilters(before, { by: "model", days: "30" }, DEFAULTS).toString()).toBe("other=1");
  });

  it("change only what is given", () => {
    const before = new URLSearchParams("by=user_id&days=7");
    expect(writeFilters(before, { days: "90" }, DEFAULTS).toString()).toBe("by=user_id&days=90");
  });
});

describe("logQuery", () => {
  it("asks for nothing where no filter is set", () => {
    const query = logQuery(LOG_FILTERS, 0);
    expect(JSON.parse(JSON.stringify(query))).toEqual({ status: [] });
  });

  it("asks for what the filters say, and ignores what nobody knows", () => {
    const filters = { ...LOG_FILTERS, status: "failed,nonsense", model: "default", since: "hour" };
    const query = logQuery(filters, 7_200_000);
    expect(query).toMatchObject({ status: ["failed"], model: "default", created_after: 3_600 });
  });
});
