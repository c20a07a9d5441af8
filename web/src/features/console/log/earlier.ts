import { useInfiniteQuery } from "@tanstack/react-query";
import { api, data } from "@/lib/api";
import type { Item } from "../components/code/Items";
import { useProject } from "../frame/project";
import { type Continued, inputOf } from "./queries";

/** Where earlier items are: behind a response, or in a conversation before one of its items. */
export type Before = { response: string } | { conversation: string; item: string };

interface Page {
  items: readonly Item[];
  next: Before | null;
}

/** Turns that are read at once. */
const AT_ONCE = 10;

/** Where that is which the model saw before this input; null where it saw nothing else. */
export function beforeOf(response: Continued, input: readonly { id?: string | null }[]): Before | null {
  if (response.previous_response_id) return { response: response.previous_response_id };
  const item = input[0]?.id ?? response.output[0]?.id;
  return response.conversation && item ? { conversation: response.conversation.id, item } : null;
}

/** Reads a few earlier turns, oldest first, and where those before them are. */
export async function earlierPage(before: Before): Promise<Page> {
  if ("conversation" in before) {
    const { data: items, ...page } = await data(
      api.GET("/v1/conversations/{conversation_id}/items", {
        params: {
          path: { conversation_id: before.conversation },
          query: { limit: 100, order: "desc", after: before.item },
        },
      }),
    );
    const next = page.has_more && page.last_id ? { ...before, item: page.last_id } : null;
    return { items: (items as readonly Item[]).toReversed(), next };
  }
  const turns: Item[][] = [];
  let id: string | null = before.response;
  while (id && turns.length < AT_ONCE) {
    const params = { path: { response_id: id } };
    const [input, response]: [unknown, unknown] = await Promise.all([
      inputOf(id),
      data<unknown>(api.GET("/v1/responses/{response_id}", { params })),
    ]);
    const { output, previous_response_id } = response as Continued;
    turns.unshift([...(input as Item[]), ...(output as Item[])]);
    id = previous_response_id ?? null;
  }
  return { items: turns.flat(), next: id ? { response: id } : null };
}

/** What the model saw before a response's own input, from the newest turns backwards. */
export function useEarlier(before: Before | null) {
  const project = useProject();
  return useInfiniteQuery({
    queryKey: ["console", "earlier", project, before],
    queryFn: ({ pageParam }) => (pageParam ? earlierPage(pageParam) : { items: [], next: null }),
    initialPageParam: before,
    getNextPageParam: (page) => page.next,
    enabled: before !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
