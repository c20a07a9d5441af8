/** The browsers that the server runs for this person's chats. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useObjectUrl } from "@/features/files";
import { api, data, type Schemas } from "@/lib/api";
import { queryClient } from "@/lib/query-client";
import { send } from "@/lib/request";

export type OpenBrowser = Schemas["OpenBrowser"];
export type PersonsAction = Schemas["PersonsActions"]["actions"][number];

const LOOK_MS = 2000;
const LIST = ["browsers"];

const screenKey = (id: string) => [...LIST, id, "screen"];

/** Those that are open now; looked at again and again, for the model acts in them, too. */
export function useBrowsers() {
  return useQuery({
    queryKey: LIST,
    queryFn: async ({ signal }) => (await data(api.GET("/earthshine/v1/browsers", { signal }))).data,
    refetchInterval: LOOK_MS,
  });
}

/** What one shows; null until it is here. */
export function useScreen(id: string): { url: string | null; error: unknown } {
  const { data: bytes, error } = useQuery({
    queryKey: screenKey(id),
    queryFn: async ({ signal }) =>
      (await send("GET", `/earthshine/v1/browsers/${id}/screen`, { signal })).blob(),
    refetchInterval: LOOK_MS,
    gcTime: 0,
    retry: false,
  });
  return { url: useObjectUrl(bytes), error };
}

/** Acts in one as a person. What is typed is kept nowhere. */
export function useActing(id: string) {
  return useMutation({
    mutationFn: (actions: PersonsAction[]) =>
      data(
        api.POST("/earthshine/v1/browsers/{browser_id}/actions", {
          params: { path: { browser_id: id } },
          body: { actions },
        }),
      ),
    gcTime: 0,
    onSettled: () => queryClient.invalidateQueries({ queryKey: LIST }),
  });
}

/** Closes one and forgets what it was signed in to. */
export function useClosing(id: string) {
  return useMutation({
    mutationFn: () =>
      data(api.DELETE("/earthshine/v1/browsers/{browser_id}", { params: { path: { browser_id: id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: LIST }),
  });
}
