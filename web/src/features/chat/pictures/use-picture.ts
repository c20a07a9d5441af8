/** Where a picture of a message can be shown from. */
import { type FileUrl, useFileUrl } from "@/features/files";
import type { Picture } from "../turns/input";
import { bytesOf } from "./picture";

/** A picture in the message itself is at hand; one that is a file comes from the server. */
export function usePicture(picture: Picture | undefined): FileUrl {
  const stored = useFileUrl(picture?.kind === "picture" ? picture.fileId : null);
  if (picture?.kind !== "image") return stored;
  return { url: picture.content, bytes: bytesOf(picture.content), error: null };
}
