/** Files that code made in a container: as an address that an image can have in this page, and to be kept. */
import { useQuery } from "@tanstack/react-query";
import { send } from "@/lib/request";
import { saveFile } from "@/lib/save-file";
import { useObjectUrl } from "./file-url";

export interface ContainerFile {
  /** Null until the bytes are here. */
  url: string | null;
  name: string;
  error: unknown;
}

const NAME = /filename\*=UTF-8''([^;]+)/;

/** The file as it is now; with another `version` it is asked for anew, for code writes over its files. */
export function useContainerFile(containerId: string, fileId: string, version: string): ContainerFile {
  const { data, error } = useQuery({
    queryKey: ["containers", containerId, fileId, version],
    queryFn: ({ signal }) => fetchFile(containerId, fileId, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
  return { url: useObjectUrl(data?.blob), name: data?.name ?? "", error };
}

/** Fetches a file as it is now and hands it to the browser to keep. */
export async function saveContainerFile(containerId: string, fileId: string): Promise<void> {
  const { name, blob } = await fetchFile(containerId, fileId);
  saveFile(blob, name);
}

async function fetchFile(containerId: string, fileId: string, signal?: AbortSignal) {
  const reply = await send("GET", `/v1/containers/${containerId}/files/${fileId}/content`, { signal });
  const [, name = fileId] = NAME.exec(reply.headers.get("content-disposition") ?? "") ?? [];
  return { name: decodeURIComponent(name), blob: await reply.blob() };
}
