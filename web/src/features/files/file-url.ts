/** The bytes of a stored picture, as an address that an image can have in this page. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { queryClient } from "@/lib/query-client";
import { send } from "@/lib/request";

const REVOKED_AFTER_MS = 10_000;

const key = (fileId: string) => ["files", fileId, "picture"];

/** Keeps what was just sent, so that it need not be fetched to be shown. */
export function rememberBytes(fileId: string, bytes: Blob): void {
  queryClient.setQueryData(key(fileId), bytes);
}

export interface FileUrl {
  /** Null until the bytes are here. */
  url: string | null;
  bytes: number;
  error: unknown;
}

/** The server offers every file as a download; with this address it can be nothing but a picture. Null asks for none. */
export function useFileUrl(fileId: string | null): FileUrl {
  const { data, error } = useQuery({
    queryKey: key(fileId ?? ""),
    queryFn: async ({ signal }) => (await send("GET", `/v1/files/${fileId}/content`, { signal })).blob(),
    enabled: fileId !== null,
    // What a file holds never changes.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
  return { url: useObjectUrl(data), bytes: data?.size ?? 0, error };
}

/** An address for bytes that are here, as long as somebody shows them; null until then. */
export function useObjectUrl(data: Blob | undefined): string | null {
  const [made, setMade] = useState<{ of: Blob; url: string } | null>(null);
  useEffect(() => {
    if (!data) return;
    const url = URL.createObjectURL(data);
    setMade({ of: data, url });
    return () => {
      // An image that is still being read would be broken.
      setTimeout(() => URL.revokeObjectURL(url), REVOKED_AFTER_MS);
    };
  }, [data]);
  return made && made.of === data ? made.url : null;
}
