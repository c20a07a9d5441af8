/** What the server reads in files: how far it is, and the text with its places. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, data, type Schemas } from "@/lib/api";
import { queryClient } from "@/lib/query-client";

export type DocumentStatus = Schemas["Document"];
export type DocumentPart = Schemas["DocumentPart"];
export type DocumentMatch = Schemas["DocumentMatch"];

/** Two places in a text. */
export interface Span {
  start: number;
  end: number;
}

const at = (file_id: string) => ({ path: { file_id } });
const LOOK_AGAIN_MS = 1000;

export function isBeingRead(document: DocumentStatus | undefined): boolean {
  return document?.status === "queued" || document?.status === "reading";
}

/** Whether a document may have more than there was at a moment: it was not known then that its reading is over. */
function mayHaveMore(fileId: string, then: number): boolean {
  const known = queryClient.getQueryState<DocumentStatus>(["documents", fileId, "status"]);
  const over = known?.data?.status === "read" || known?.data?.status === "failed";
  return !over || then < known.dataUpdatedAt;
}

/** How far the reading of a file is. With `begin` it is read, if it was not. */
export function useDocument(fileId: string, { begin = true }: { begin?: boolean } = {}) {
  const query = useQuery({
    queryKey: ["documents", fileId, "status"],
    queryFn: ({ signal }) =>
      data(api.GET("/earthshine/v1/documents/{file_id}", { params: at(fileId), signal })),
    refetchInterval: ({ state }) => (isBeingRead(state.data) ? LOOK_AGAIN_MS : false),
    staleTime: 60_000,
    retry: false,
  });
  const wanted = begin && query.data?.status === "unread";
  useEffect(() => {
    // What keeps it from being read is told when its status is asked for again.
    if (wanted) void beginReading(fileId).catch(() => undefined);
  }, [wanted, fileId]);
  return query;
}

/** Has a new file read. */
export async function beginReading(fileId: string): Promise<void> {
  queryClient.setQueryData(["documents", fileId, "status"], await readDocument(fileId));
}

const readDocument = (fileId: string) =>
  data(api.POST("/earthshine/v1/documents/{file_id}", { params: at(fileId) }));

/** Has a file read again from its beginning. */
export async function readAgain(fileId: string): Promise<void> {
  const status = await readDocument(fileId);
  queryClient.setQueryData(["documents", fileId, "status"], status);
  await queryClient.invalidateQueries({ queryKey: ["documents", fileId] });
}

/** Parts that are asked for at once. */
const TOGETHER = 8;

/** One part with its layout; its neighbours come with it. */
export function usePart(fileId: string, number: number, enabled = true) {
  const first = Math.floor(number / TOGETHER) * TOGETHER;
  const query = useQuery({
    queryKey: ["documents", fileId, "parts", first],
    queryFn: ({ signal }) => {
      const params = { ...at(fileId), query: { first, last: first + TOGETHER - 1 } };
      return data(api.GET("/earthshine/v1/documents/{file_id}/parts", { params, signal }));
    },
    enabled,
    // What is not read yet comes later; the status is asked for by whoever shows the document.
    refetchInterval: ({ state }) => {
      const missing = state.data?.data.every((each) => each.number !== number);
      return missing && mayHaveMore(fileId, state.dataUpdatedAt) ? LOOK_AGAIN_MS : false;
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 300_000,
    retry: 1,
  });
  const part = query.data?.data.find((each) => each.number === number);
  // The client's types make lists of what has a fixed length.
  return { ...query, part: part as DocumentPart | undefined };
}

/** Where words, or their beginnings, stand in a document, in the order of its text. */
export async function searchDocument(fileId: string, query: string, signal: AbortSignal) {
  const params = at(fileId);
  const body = { query, limit: 200, after: 0 };
  const found = data(api.POST("/earthshine/v1/documents/{file_id}/search", { params, body, signal }));
  return (await found) as Schemas["DocumentMatches"];
}
