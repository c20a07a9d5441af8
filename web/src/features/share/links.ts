/** Links that show a chat or a task to whoever has them. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, data } from "@/lib/api";
import { queryClient } from "@/lib/query-client";

/** What can be shared. */
export interface Shareable {
  kind: "chat" | "task";
  id: string;
}

export interface ShareLink {
  id: string;
  include_reasoning: boolean;
  created_at: number;
  expires_at: number | null;
  /** Its page's path; null where it cannot be known any more. */
  url: string | null;
}

const DAY = 86_400;

/** How long a link may be good for, in seconds; null for always. */
export const LIFETIMES = { day: DAY, week: 7 * DAY, month: 30 * DAY, always: null } as const;

export type Lifetime = keyof typeof LIFETIMES;

/** Where the API has the links to something of each kind. */
const chat = (id: string) => ({ params: { path: { chat_id: id } } });
const task = (id: string) => ({ params: { path: { agent_session_id: id } } });

/** A link to a task is an address of the API; people are led to the page that reads it. */
function withPage<L extends ShareLink>(link: L): L {
  return { ...link, url: link.url?.replace("/earthshine/v1/agents/shared/", "/s/task/") ?? null };
}

const keyOf = ({ kind, id }: Shareable) => ["shares", kind, id];

export function useShareLinks(shared: Shareable) {
  const { kind, id } = shared;
  return useQuery({
    queryKey: keyOf(shared),
    queryFn: async ({ signal }): Promise<ShareLink[]> => {
      const list =
        kind === "chat"
          ? await data(api.GET("/earthshine/v1/chats/{chat_id}/shares", { ...chat(id), signal }))
          : await data(
              api.GET("/earthshine/v1/agents/sessions/{agent_session_id}/shares", { ...task(id), signal }),
            );
      return list.data.map(withPage);
    },
  });
}

/** Makes a link to what is seen of it now. */
export function useMakeLink(shared: Shareable) {
  const { kind, id } = shared;
  return useMutation({
    mutationFn: ({ lifetime, thinking }: { lifetime: Lifetime; thinking: boolean }): Promise<ShareLink> => {
      const seconds = LIFETIMES[lifetime];
      const body = { include_reasoning: thinking, ...(seconds ? { expires_in: seconds } : {}) };
      return kind === "chat"
        ? data(api.POST("/earthshine/v1/chats/{chat_id}/shares", { ...chat(id), body }))
        : data(api.POST("/earthshine/v1/agents/sessions/{agent_session_id}/shares", { ...task(id), body }));
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keyOf(shared) }),
  });
}

export function useRevokeLink(shared: Shareable) {
  const { kind, id } = shared;
  return useMutation({
    mutationFn: (link: string): Promise<unknown> =>
      kind === "chat"
        ? data(
            api.DELETE("/earthshine/v1/chats/{chat_id}/shares/{share_id}", {
              params: { path: { chat_id: id, share_id: link } },
            }),
          )
        : data(
            api.DELETE("/earthshine/v1/agents/sessions/{agent_session_id}/shares/{agent_share_id}", {
              params: { path: { agent_session_id: id, agent_share_id: link } },
            }),
          ),
    onSuccess: (_reply, link) =>
      queryClient.setQueryData<ShareLink[]>(keyOf(shared), (known) =>
        known?.filter((each) => each.id !== link),
      ),
  });
}
