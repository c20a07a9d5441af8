/** The models that can answer in a chat, as people choose among them. */
import { type Model, useModels } from "@/features/chats";

export interface ModelGroup {
  name: string;
  models: readonly Model[];
}

/** Models that chat, without names that only stand for others; the installation's default first. */
export function chatModels(models: readonly Model[]): readonly Model[] {
  const chats = models.filter((each) => each.earthshine.abilities.includes("chat"));
  return chats.filter((each) => !each.earthshine.alias_of || each.id === "default");
}

/** The same by maker, each group in the order of the server. */
export function grouped(models: readonly Model[]): readonly ModelGroup[] {
  const groups = new Map<string, Model[]>();
  for (const each of models) {
    const name = each.id === "default" ? "" : each.earthshine.family || each.owned_by;
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return [...groups].map(([name, members]) => ({ name, models: members }));
}

/** The model of this name; the default where there is no name. */
export function useModel(name: string | null | undefined): Model | undefined {
  return useModels().data?.find((each) => each.id === (name ?? "default"));
}
