/** The versions of what was said and of what was replied, as a turn knows them. */
import type { Turn } from "./branch";

/** The replies to the same words, this one included; none where it was gone on with by another one. */
export function replyVersions({ id, versions }: Pick<Turn, "id" | "versions">): readonly string[] {
  return versions.find((same) => same.includes(id)) ?? [];
}

/** One turn for each thing that was said in this place: this one, and the newest of each of the others. */
export function messageVersions({ id, versions }: Pick<Turn, "id" | "versions">): readonly string[] {
  return versions.map((same) => (same.includes(id) ? id : (same.at(-1) ?? "")));
}
