/** Looks for words in a document, by the server: it knows all forms of a word, in every language it knows. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type DocumentMatch, searchDocument } from "@/features/files";

export interface DocumentSearch {
  query: string;
  /** Looks for something; the first place where it is found is gone to. */
  look(query: string): void;
  matches: readonly DocumentMatch[];
  /** Whether there are more than these. */
  more: boolean;
  /** The one that is gone to, and its place among all. */
  match: DocumentMatch | null;
  place: number;
  step(by: 1 | -1): void;
  busy: boolean;
  error: unknown;
  clear(): void;
}

const NONE: readonly DocumentMatch[] = [];

export function useDocumentSearch(fileId: string): DocumentSearch {
  const [query, setQuery] = useState("");
  const [place, setPlace] = useState(0);
  const { data, isFetching, error } = useQuery({
    queryKey: ["documents", fileId, "search", query],
    queryFn: ({ signal }) => searchDocument(fileId, query, signal),
    enabled: query !== "",
    staleTime: 60_000,
    retry: false,
  });
  const matches = query ? (data?.data ?? NONE) : NONE;
  return {
    query,
    look(next) {
      setQuery(next.trim());
      setPlace(0);
    },
    matches,
    more: data?.has_more ?? false,
    match: matches[place] ?? null,
    place,
    step: (by) => setPlace((now) => (matches.length ? (now + by + matches.length) % matches.length : 0)),
    busy: isFetching,
    error,
    clear: () => setQuery(""),
  };
}
