/** What stands in the playground's fields, and the request that it makes. */
import { create } from "@/lib/store";

export interface Message {
  role: "user" | "assistant" | "system" | "developer";
  content: string;
}

/** All fields as they are typed; the empty ones are not sent. */
export interface Draft {
  model: string;
  instructions: string;
  messages: Message[];
  temperature: string;
  top_p: string;
  max_output_tokens: string;
  reasoning_effort: string;
  /** JSON: a list of tools. */
  tools: string;
  /** JSON: the schema that the reply follows. */
  schema: string;
  /** JSON: an object of all other fields. */
  other: string;
}

export type Body = Record<string, unknown>;

/** What is wrong with a field: the key of a message. */
export type Faults = Partial<Record<keyof Draft, string>>;

export const EMPTY: Draft = {
  model: "default",
  instructions: "",
  messages: [{ role: "user", content: "" }],
  temperature: "",
  top_p: "",
  max_output_tokens: "",
  reasoning_effort: "",
  tools: "",
  schema: "",
  other: "",
};

const NUMBERS = ["temperature", "top_p", "max_output_tokens"] as const;

/** The request that the fields make, without `stream`. */
export function bodyOf(draft: Draft): { body: Body; faults: Faults } {
  const faults: Faults = {};
  const body: Body = { model: draft.model };
  if (draft.instructions.trim()) body.instructions = draft.instructions;
  const [only] = draft.messages;
  const messages = draft.messages.filter((message) => message.content !== "");
  if (messages.length > 0) {
    body.input = draft.messages.length === 1 && only?.role === "user" ? only.content : messages;
  }
  for (const name of NUMBERS) {
    const text = draft[name].trim();
    if (!text) continue;
    const value = Number(text);
    if (Number.isFinite(value)) body[name] = value;
    else faults[name] = "fault_number";
  }
  if (draft.reasoning_effort) body.reasoning = { effort: draft.reasoning_effort };
  readJson(draft, "tools", Array.isArray, "fault_list", faults, (value) => {
    body.tools = value;
  });
  readJson(draft, "schema", isObject, "fault_object", faults, (value) => {
    body.text = { format: { type: "json_schema", name: "reply", schema: value, strict: true } };
  });
  readJson(draft, "other", isObject, "fault_object", faults, (value) => Object.assign(body, value));
  if (body.input === undefined && body.previous_response_id === undefined) faults.messages = "fault_empty";
  return { body, faults };
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readJson(
  draft: Draft,
  name: "tools" | "schema" | "other",
  fits: (value: unknown) => boolean,
  fault: string,
  faults: Faults,
  use: (value: unknown) => void,
): void {
  if (!draft[name].trim()) return;
  try {
    const value: unknown = JSON.parse(draft[name]);
    if (fits(value)) use(value);
    else faults[name] = fault;
  } catch {
    faults[name] = "fault_json";
  }
}

/** The fields that make a request again; what no field is for stands in `other`. */
export function draftOf(request: Body): Draft {
  const draft: Draft = { ...EMPTY, messages: [] };
  const other: Body = {};
  for (const [name, value] of Object.entries(request)) {
    if (value === null || name === "stream" || name === "stream_options") continue;
    if (!take(draft, name, value)) other[name] = value;
  }
  if (draft.messages.length === 0 && other.input === undefined)
    draft.messages = [{ role: "user", content: "" }];
  if (Object.keys(other).length > 0) draft.other = JSON.stringify(other, null, 2);
  return draft;
}

/** Puts one field of a request into the draft; false when no field of the page is for it. */
function take(draft: Draft, name: string, value: unknown): boolean {
  if (name === "model" || name === "instructions") {
    if (typeof value !== "string") return false;
    draft[name] = value;
    return true;
  }
  if (name === "temperature" || name === "top_p" || name === "max_output_tokens") {
    draft[name] = String(value);
    return true;
  }
  if (name === "input") {
    const messages = messagesOf(value);
    if (messages) draft.messages = messages;
    return messages !== null;
  }
  if (name === "tools" && Array.isArray(value)) {
    draft.tools = JSON.stringify(value, null, 2);
    return true;
  }
  if (name === "reasoning" && isObject(value)) {
    const { effort, ...rest } = value as { effort?: string };
    if (typeof effort !== "string" || Object.keys(rest).length > 0) return false;
    draft.reasoning_effort = effort;
    return true;
  }
  if (name === "text") {
    const format = (value as { format?: Body } | undefined)?.format;
    const plain = format?.type === "json_schema" && format.name === "reply" && format.strict === true;
    if (!plain || Object.keys(value as Body).length > 1 || Object.keys(format).length !== 4) return false;
    draft.schema = JSON.stringify(format.schema, null, 2);
    return true;
  }
  return false;
}

function messagesOf(input: unknown): Message[] | null {
  if (typeof input === "string") return [{ role: "user", content: input }];
  if (!Array.isArray(input)) return null;
  const messages = input.map((item: { type?: string; role?: Message["role"]; content?: unknown }) =>
    (item.type ?? "message") === "message" && item.role && typeof item.content === "string"
      ? { role: item.role, content: item.content }
      : null,
  );
  return messages.every((message) => message !== null) ? messages : null;
}

const KEPT = "earthshine.console.playground";

function kept(): Draft {
  try {
    return { ...EMPTY, ...(JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Draft>) };
  } catch {
    return EMPTY;
  }
}

/** The fields of the page; kept in the browser. */
export const draftStore = create<Draft>(kept());
draftStore.subscribe(() => localStorage.setItem(KEPT, JSON.stringify(draftStore.get())));

/** Fills the playground with a request that was made before. */
export function openInPlayground(request: Body): void {
  draftStore.set(draftOf(request));
}
