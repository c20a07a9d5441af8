/** Links to chats that anybody can read, as the API has them for those who manage a project or the organisation. */
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";

export type PublicLink = Schemas["ProjectChatShare"];

const LINKS = ["console", "links"] as const;

/** The links of a project, or of the whole organisation when it is null; `user` "" means everybody's. */
export function usePublicLinks(project: string | null, user: string) {
  return useInfiniteQuery({
    queryKey: [...LINKS, project, user],
    queryFn: ({ pageParam }) => {
      const query = { limit: 50, after: pageParam, ...(user ? { user } : {}) };
      return data(
        project === null
          ? api.GET("/v1/organization/shares", { params: { query } })
          : api.GET("/v1/organization/projects/{project_id}/shares", {
              params: { path: { project_id: project }, query },
            }),
      );
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? (page.last_id ?? undefined) : undefined),
    // Each look is written in the audit log: not one for every glance at the window.
    refetchOnWindowFocus: false,
  });
}

/** Lets a link lead nowhere: by right of the organisation, or else of its project. */
export function useCloseLink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ link, organization }: { link: PublicLink; organization: boolean }) =>
      data(
        organization
          ? api.DELETE("/v1/organization/shares/{share_id}", { params: { path: { share_id: link.id } } })
          : api.DELETE("/v1/organization/projects/{project_id}/shares/{share_id}", {
              params: { path: { project_id: link.project_id, share_id: link.id } },
            }),
      ),
    // Also after a refusal: who made the link may have closed it a moment ago.
    onSettled: () => client.invalidateQueries({ queryKey: LINKS }),
  });
}
