/** Sessions of agents as the API tells them. Source: `openai.types.beta` of the official SDK. */
import type { OutputItem, Usage } from "@/lib/stream";

/** What an agent is asked to wait for: somebody's word, or the result of a function that somebody else runs. */
export interface RequiredAction {
  type: string;
  turn_id: string;
  /** Of a function of a program's. */
  call_id?: string;
  name?: string;
  arguments?: unknown;
  /** Of a call that is to be allowed. */
  request_id?: string;
  request?: { type: string; name: string; server_label: string; arguments: unknown };
}

export type SessionStatus = "idle" | "in_progress" | "requires_action" | "failed" | "budget_reached";

export interface AgentSession {
  id: string;
  agent: { name: string | null; model: string };
  environment: { type: string; id?: string };
  created_at: number;
  last_active_at: number;
  metadata: Readonly<Record<string, string>>;
  required_actions: readonly RequiredAction[];
  status: SessionStatus;
  usage: Usage | null;
  /** What OpenAI's API has no word for. */
  earthshine?: {
    paused?: boolean;
    /** Messages that its next step hears. */
    waiting_messages?: number;
  };
}

export interface AgentTurn {
  id: string;
  status: "queued" | "in_progress" | "waiting" | "completed" | "failed" | "cancelled";
  created_at: number;
  completed_at: number | null;
  error: { code: string; message: string } | null;
}

/** What was said or done: messages and calls as in responses, and commands with what they printed. */
export interface SessionItem extends Omit<OutputItem, "arguments"> {
  id: string;
  turn_id: string;
  arguments?: unknown;
  command?: string;
  exit_code?: number | null;
}

export interface SessionEvent {
  type: string;
  event_id?: string;
  session?: AgentSession;
  turn?: AgentTurn;
  turn_id?: string;
  subagent_id?: string | null;
  item?: SessionItem;
  item_id?: string;
  delta?: string;
  error?: { message?: string };
}
