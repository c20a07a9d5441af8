/** A file that code made in a container, as an address that an image and a download can have in this page. */
import { useQuery } from "@tanstack/react-query";
import { send } from "@/lib/request";
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
    queryFn: async ({ signal }) => {
      const path = `/v1/containers/${containerId}/files/${fileId}/content`;
      const reply = await send("GET", path, { signal });
      const [, name = fileId] = NAME.exec(reply.headers.get("content-disposition") ?? "") ?? [];
      return { name: decodeURIComponent(name), blob: await reply.blob() };
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
  return { url: useObjectUrl(data?.blob), name: data?.name ?? "", error };
}
