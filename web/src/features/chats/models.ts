import type { Model } from "./queries";

/** Models that chat, without names that only stand for others. */
export function chatModels(models: readonly Model[]): readonly Model[] {
  return models.filter((each) => each.earthshine.abilities.includes("chat") && !each.earthshine.alias_of);
}

/** The names of models that chat, without those that only stand for others. */
export function chatModelNames(models: readonly Model[]): string[] {
  return chatModels(models).map((each) => each.id);
}
