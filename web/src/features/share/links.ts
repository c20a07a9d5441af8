/** Links that show a chat to whoever has them. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { queryClient } from "@/lib/query-client";

export type ShareLink = Schemas["ChatShare"];

const DAY = 86_400;

/** How long a link may be good for, in seconds; null for always. */
export const LIFETIMES = { day: DAY, week: 7 * DAY, month: 30 * DAY, always: null } as const;

export type Lifetime = keyof typeof LIFETIMES;

export function useShareLinks(chatId: string) {
  return useQuery({
    queryKey: ["shares", chatId],
    queryFn: async ({ signal }) =>
      (
        await data(
          api.GET("/earthshine/v1/chats/{chat_id}/shares", { params: { path: { chat_id: chatId } }, signal }),
        )
      ).data,
  });
}

/** Makes a link to what is seen of the chat now. */
export function useMakeLink(chatId: string) {
  return useMutation({
    mutationFn: ({ lifetime, thinking }: { lifetime: Lifetime; thinking: boolean }) =>
      data(
        api.POST("/earthshine/v1/chats/{chat_id}/shares", {
          params: { path: { chat_id: chatId } },
          body: {
            include_reasoning: thinking,
            ...(LIFETIMES[lifetime] ? { expires_in: LIFETIMES[lifetime] } : {}),
          },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["shares", chatId] }),
  });
}

export function useRevokeLink(chatId: string) {
  return useMutation({
    mutationFn: (id: string) =>
      data(
        api.DELETE("/earthshine/v1/chats/{chat_id}/shares/{share_id}", {
          params: { path: { chat_id: chatId, share_id: id } },
        }),
      ),
    onSuccess: (_reply, id) =>
      queryClient.setQueryData<ShareLink[]>(["shares", chatId], (known) =>
        known?.filter((link) => link.id !== id),
      ),
  });
}
