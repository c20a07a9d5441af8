/** The parameters of a chat as fields of a form hold them: empty is left to the model. */
import type { ChatSettings } from "@/features/chats";

export type Form = Record<Exclude<keyof ChatSettings, "model" | "vector_store_ids" | "tools">, string>;

export const NOTHING: ChatSettings = {
  model: null,
  instructions: null,
  temperature: null,
  top_p: null,
  max_output_tokens: null,
  reasoning_effort: null,
};

export function toForm(settings: ChatSettings): Form {
  return {
    instructions: settings.instructions ?? "",
    temperature: settings.temperature?.toString() ?? "",
    top_p: settings.top_p?.toString() ?? "",
    max_output_tokens: settings.max_output_tokens?.toString() ?? "",
    reasoning_effort: settings.reasoning_effort ?? "",
  };
}

export function fromForm(form: Form): Partial<ChatSettings> {
  const number = (text: string) => (text.trim() === "" ? null : Number(text));
  return {
    instructions: form.instructions.trim() === "" ? null : form.instructions,
    temperature: number(form.temperature),
    top_p: number(form.top_p),
    max_output_tokens: number(form.max_output_tokens),
    // The menu holds no other value.
    reasoning_effort: (form.reasoning_effort || null) as ChatSettings["reasoning_effort"],
  };
}

/** By field: the least and the most that the server takes. */
export const BOUNDS = {
  temperature: [0, 2],
  top_p: [0, 1],
  max_output_tokens: [1, 2_147_483_647],
} as const;

/** Whether every number is one, within its bounds. */
export function isValid(form: Form): boolean {
  return (Object.keys(BOUNDS) as (keyof typeof BOUNDS)[]).every((name) => {
    const [least, most] = BOUNDS[name];
    const value = fromForm(form)[name] ?? least;
    return value >= least && value <= most && (name !== "max_output_tokens" || Number.isInteger(value));
  });
}
