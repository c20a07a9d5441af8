/** Calls that wait for the person's word, and that word, as items of the API. Source: OpenAI's Responses API. */
import type { OutputItem, Reply } from "@/lib/stream";
import type { InputItem } from "../turns/input";

/** A call that was not made yet. */
export interface ApprovalRequest {
  id: string;
  /** The server of the tool; for a tool of this server, its type. */
  server: string;
  /** Whether the tool is one of this server's own. */
  own: boolean;
  name: string;
  arguments: string;
}

/** The calls that a reply asks about. */
export function requestsOf(reply: Pick<Reply, "output"> | null): readonly ApprovalRequest[] {
  return (reply?.output ?? []).flatMap((item: OutputItem) =>
    item.type === "mcp_approval_request" && item.id
      ? [
          {
            id: item.id,
            server: item.server_label ?? "",
            own: Boolean(item.called),
            name: item.name ?? "",
            arguments: item.arguments ?? "",
          },
        ]
      : [],
  );
}

/** What a person says to a request. */
export function decisionItem(requestId: string, approve: boolean): InputItem {
  return { type: "mcp_approval_response", approval_request_id: requestId, approve };
}

/** What was decided in a turn, each once; empty for a turn in which somebody wrote. */
export function decisionsIn(input: readonly InputItem[]): readonly boolean[] {
  const decisions = input.filter((item) => item.type === "mcp_approval_response");
  return decisions.length === input.length ? decisions.map((item) => item.approve === true) : [];
}

/** The arguments by name, as people can read them; null where they are no object. */
export function readArguments(json: string): readonly (readonly [string, string])[] | null {
  let given: unknown;
  try {
    given = JSON.parse(json || "{}");
  } catch {
    return null;
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) return null;
  return Object.entries(given).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value, null, 2),
  ]);
}
