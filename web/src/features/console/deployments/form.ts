/** A deployment's fields as they are typed, and what they ask for. */
import type { Schemas } from "@/lib/api";
import type { Ability } from "./connect/choices";
import type { Deployment } from "./queries";

export interface Fields {
  model: string;
  target: string;
  base_url: string;
  api_key: string;
  abilities: readonly Ability[];
  context_length: string;
  enabled: boolean;
  priority: string;
  weight: string;
  input: string;
  output: string;
  per_hour: string;
  max_parallel: string;
  requests_per_minute: string;
  tokens_per_minute: string;
}

export const LIMITS = ["max_parallel", "requests_per_minute", "tokens_per_minute"] as const;

export function fieldsOf(item: Deployment): Fields {
  const text = (value: number | null | undefined) =>
    value === null || value === undefined ? "" : String(value);
  return {
    model: item.model,
    target: item.target,
    base_url: item.base_url ?? "",
    api_key: "",
    abilities: item.abilities.length ? (item.abilities as Ability[]) : assumed(item),
    context_length: text(item.context_length),
    enabled: item.enabled,
    priority: text(item.priority),
    weight: text(item.weight),
    input: item.price.input,
    output: item.price.output,
    per_hour: item.price.per_hour,
    max_parallel: text(item.max_parallel),
    requests_per_minute: text(item.requests_per_minute),
    tokens_per_minute: text(item.tokens_per_minute),
  };
}

/** What the server takes for granted where nothing was said. */
function assumed(item: Deployment): readonly Ability[] {
  if (item.kind === "local") return [];
  const embeds = `${item.target} ${item.model}`.toLowerCase().includes("embed");
  return embeds ? ["embedding"] : ["chat", "tools", "json_schema", "logprobs"];
}

/** What the fields ask for, without `model`. An empty limit is sent as nothing; `removedOf` says which to take away. */
export function termsOf(fields: Fields): Schemas["UpdateDeployment"] {
  const number = (value: string) => (value.trim() ? Number(value) : undefined);
  const text = (value: string) => value.trim() || undefined;
  const price = { input: text(fields.input), output: text(fields.output), per_hour: text(fields.per_hour) };
  return {
    target: text(fields.target),
    base_url: text(fields.base_url),
    abilities: fields.abilities.length ? [...fields.abilities] : undefined,
    context_length: number(fields.context_length) ?? 0,
    api_key: text(fields.api_key),
    enabled: fields.enabled,
    priority: number(fields.priority),
    weight: number(fields.weight),
    price: Object.values(price).some(Boolean) ? price : undefined,
    max_parallel: number(fields.max_parallel),
    requests_per_minute: number(fields.requests_per_minute),
    tokens_per_minute: number(fields.tokens_per_minute),
  };
}

/** The limits that were there and whose fields were emptied. */
export function removedOf(item: Deployment, fields: Fields): (typeof LIMITS)[number][] {
  return LIMITS.filter((name) => item[name] !== null && !fields[name].trim());
}
