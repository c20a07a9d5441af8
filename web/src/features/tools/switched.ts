/** Which tools are on, as settings of chats and assistants hold them. */
import type { Schemas } from "@/lib/api";
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
  return types
    .filter((each) => (each === type ? isOn : on.some((switched) => switched.type === each)))
    .map((each) => ({ type: each }));
}
