/** Which tools are on, as settings of chats and assistants hold them. */
import type { Schemas } from "@/lib/api";
import type { Connector } from "./connectors";
import type { OfferedTool } from "./queries";

export type SwitchedTool = Schemas["SwitchedTool"];

/** Those that somebody can do something about: what does not work is shown to whom manages it, or has it on. */
export function shownTools(
  offered: readonly OfferedTool[],
  on: readonly SwitchedTool[],
  manages: boolean,
): readonly OfferedTool[] {
  return offered.filter((tool) => tool.available || manages || on.some((each) => each.type === tool.type));
}

/** The list with one tool on or off. What is not offered any more is left out: the server takes no such name. */
export function withTool(
  offered: readonly OfferedTool[],
  on: readonly SwitchedTool[],
  type: string,
  isOn: boolean,
): SwitchedTool[] {
  const types = offered.map((each) => each.type);
  const tools = types.filter((each) =>
    each === type ? isOn : on.some((switched) => switched.type === each),
  );
  return [...tools.map((each) => ({ type: each })), ...on.filter((each) => each.connector_id)];
}

/** The list with one connector on or off. */
export function withConnector(
  on: readonly SwitchedTool[],
  { id, server_label }: Connector,
  isOn: boolean,
): SwitchedTool[] {
  const others = on.filter((each) => each.connector_id !== id);
  return isOn ? [...others, { type: "mcp", connector_id: id, server_label }] : others;
}
