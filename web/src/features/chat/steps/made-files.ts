/** Files that code made and the reply names, to be offered as downloads. */
import type { ContainerFile, Reply } from "@/lib/stream";
import type { Step } from "./steps";

/** Each once, in the order of the text; without the pictures that steps show already. */
export function filesNamedIn(
  reply: Pick<Reply, "output"> | null,
  steps: readonly Step[],
): readonly ContainerFile[] {
  const seen = new Set(
    steps.flatMap((step) => (step.kind === "code" ? step.pictures.map((picture) => picture.fileId) : [])),
  );
  const parts = (reply?.output ?? []).flatMap((item) =>
    item?.type === "message" ? (item.content ?? []) : [],
  );
  const files: ContainerFile[] = [];
  for (const each of parts.flatMap((part) => part.annotations ?? [])) {
    if (each?.type !== "container_file_citation" || seen.has(each.file_id)) continue;
    seen.add(each.file_id);
    files.push(each);
  }
  return files;
}
