/** Before which calls of a connector somebody is asked, as one of a few choices. */
import type { Schemas } from "@/lib/api";

/** `changes`: before those that do not say of themselves that they only read; `own`: by filters that no choice here makes. */
export type Asking = "always" | "changes" | "never" | "own";

type Selection = Schemas["ToolSelection"];

const isAll = ({ tool_names, read_only }: Selection) => tool_names == null && read_only == null;

export function askingOf({ always, never }: Schemas["Approvals"]): Asking {
  if (always && !never && isAll(always)) return "always";
  if (never && !always && isAll(never)) return "never";
  if (never?.read_only === true && never.tool_names == null && !always) return "changes";
  return "own";
}

/** What is sent for a choice; undefined leaves what there is. */
export function approvalsOf(asking: Asking): Schemas["ConnectorCreate"]["require_approval"] {
  if (asking === "changes") return { never: { read_only: true } };
  return asking === "own" ? undefined : asking;
}
