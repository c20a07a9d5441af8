import { expect, it } from "vitest";
import type { Connector } from "./connectors";
import { shownTools, withConnector, withTool } from "./switched";

const READS = { type: "web_fetch", available: true, reason: "" };
const RUNS = { type: "code_interpreter", available: false, reason: "no code is run on this server." };
const OFFERED = [READS, RUNS];

it("shows what cannot work to whom manages the server, and to whom has it on", () => {
  expect(shownTools(OFFERED, [], false)).toEqual([READS]);
  expect(shownTools(OFFERED, [], true)).toEqual(OFFERED);
  expect(shownTools(OFFERED, [{ type: "code_interpreter" }], false)).toEqual(OFFERED);
});

it("switches one tool and leaves the others, each once", () => {
  const on = [{ type: "web_fetch" }];
  expect(withTool(OFFERED, on, "code_interpreter", true)).toEqual([
    { type: "web_fetch" },
    { type: "code_interpreter" },
  ]);
  expect(withTool(OFFERED, on, "web_fetch", true)).toEqual(on);
  expect(withTool(OFFERED, on, "web_fetch", false)).toEqual([]);
});

it("leaves out what this server has no more, which it would refuse", () => {
  expect(withTool(OFFERED, [{ type: "gone" }], "web_fetch", true)).toEqual([{ type: "web_fetch" }]);
});

const SHOP = { id: "connector_1", name: "My shop", server_label: "my_shop" } as Connector;
const SHOP_ON = { type: "mcp", connector_id: "connector_1", server_label: "my_shop" };

it("switches a connector beside the tools", () => {
  const on = [{ type: "web_fetch" }];
  expect(withConnector(on, SHOP, true)).toEqual([{ type: "web_fetch" }, SHOP_ON]);
  expect(withConnector([SHOP_ON], SHOP, true)).toEqual([SHOP_ON]);
  expect(withConnector([...on, SHOP_ON], SHOP, false)).toEqual(on);
  expect(withTool(OFFERED, [SHOP_ON], "web_fetch", true)).toEqual([{ type: "web_fetch" }, SHOP_ON]);
});
