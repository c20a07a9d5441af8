/** What was chosen of a server's models: which, under which names, and what each can do. */
import type { Schemas } from "@/lib/api";
import type { ServerModel, TestResult } from "./queries";

export type Ability = Schemas["ServerModelChoice"]["abilities"][number];

export const ABILITIES: readonly Ability[] = [
  "chat",
  "embedding",
  "vision",
  "tools",
  "json_schema",
  "logprobs",
];

export interface Choice {
  target: string;
  ticked: boolean;
  /** Its name here. */
  name: string;
  abilities: readonly Ability[];
  /** As it is typed. */
  context: string;
  input: string;
  output: string;
  /** What its server says; null for a model that was named by hand. */
  found: ServerModel | null;
  results: readonly TestResult[] | null;
}

/** With more models than this, none is ticked beforehand: nobody wants all that a vendor has. */
const FEW = 8;

export function choicesOf(models: readonly ServerModel[]): Choice[] {
  const usable = models.filter((each) => each.abilities.length && !each.served_as);
  const tick = usable.length <= FEW;
  return models
    .map((found) => ({
      target: found.target,
      ticked: tick && usable.includes(found),
      name: found.suggested_name,
      abilities: ABILITIES.filter((each) => found.abilities.some((known) => known.ability === each)),
      context: found.context_length ? String(found.context_length) : "",
      input: found.price?.input ?? "",
      output: found.price?.output ?? "",
      found,
      results: null,
    }))
    .sort((a, b) => Number(!a.abilities.length) - Number(!b.abilities.length));
}

/** A model that no list names. */
export function namedByHand(target: string): Choice {
  const abilities: Ability[] = ["chat", "tools", "json_schema"];
  const rest = { context: "", input: "", output: "", found: null, results: null };
  return { target, ticked: true, name: target, abilities, ...rest };
}

/** What a test asks it: whether it answers, and what its server has not told. */
export function probesOf(choice: Choice): TestResult["probe"][] {
  if (!choice.abilities.includes("chat")) return ["embedding"];
  const guessed = (ability: Ability) =>
    choice.abilities.includes(ability) &&
    choice.found?.abilities.find((each) => each.ability === ability)?.sure !== "told";
  return ["chat", ...(["tools", "vision"] as const).filter(guessed)];
}

/** A choice after its test: what did not work is not promised. */
export function tested(choice: Choice, results: readonly TestResult[]): Choice {
  const failed = results.filter((each) => !each.ok).map((each) => each.probe as string);
  const kept = choice.abilities.filter(
    (each) => each === "chat" || each === "embedding" || !failed.includes(each),
  );
  return { ...choice, results, abilities: kept };
}

/** Whether it answered at all, which tools and images are not needed for. */
export function answers(choice: Choice): boolean | null {
  const first = choice.results?.[0];
  return first ? first.ok : null;
}

/** What is wrong with it: a message's key, or null. */
export function faultOf(
  choice: Choice,
  all: readonly Choice[],
): "connect_no_name" | "connect_twice" | "connect_no_ability" | null {
  const name = choice.name.trim();
  if (!name) return "connect_no_name";
  if (all.some((each) => each !== choice && each.ticked && each.name.trim() === name)) return "connect_twice";
  return choice.abilities.length ? null : "connect_no_ability";
}

export function offered(choice: Choice): Schemas["ServerModelChoice"] {
  const price = { input: choice.input.trim() || undefined, output: choice.output.trim() || undefined };
  return {
    model: choice.name.trim(),
    target: choice.target,
    abilities: [...choice.abilities],
    context_length: Number(choice.context) || undefined,
    price: price.input || price.output ? price : undefined,
  };
}
