/** The models that can answer in a chat, as people choose among them. */
import { chatModels, type Model, useModels } from "@/features/chats";

export interface ModelGroup {
  /** Null is this machine; a server without a public name has an empty one. */
  server: string | null;
  models: readonly Model[];
}

/** Models that chat by the server that they are on, this machine first, each group in the order of the list. */
export function grouped(models: readonly Model[]): readonly ModelGroup[] {
  const groups = new Map<string | null, Model[]>([[null, []]]);
  for (const each of chatModels(models)) {
    const { server } = each.earthshine;
    groups.set(server, [...(groups.get(server) ?? []), each]);
  }
  return [...groups]
    .map(([server, members]) => ({ server, models: members }))
    .filter((group) => group.models.length > 0);
}

/** The model of this name; the default where there is no name. */
export function useModel(name: string | null | undefined): Model | undefined {
  return useModels().data?.find((each) => each.id === (name ?? "default"));
}
