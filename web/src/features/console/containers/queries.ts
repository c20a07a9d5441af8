/** The containers that live now, and what is done with them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { everyPage } from "../api";

export type LivingContainer = Schemas["LivingContainer"];

const LOOK_AGAIN_MS = 5_000;

/** Those of a project, or of the whole organisation. */
export function useLivingContainers(project: string | null) {
  return useQuery({
    queryKey: ["console", "containers", project],
    queryFn: () => everyPage((after) => page(project, after)),
    refetchInterval: LOOK_AGAIN_MS,
  });
}

function page(project: string | null, after?: string) {
  const query = { limit: 100, after };
  return project === null
    ? data(api.GET("/earthshine/v1/living_containers", { params: { query } }))
    : data(
        api.GET("/earthshine/v1/projects/{project_id}/living_containers", {
          params: { path: { project_id: project }, query },
        }),
      );
}

/** Removes a container with its files, in the project that it belongs to. */
export function useStopContainer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, project }: LivingContainer) =>
      data(
        api.DELETE("/v1/containers/{container_id}", {
          params: { path: { container_id: id } },
          headers: { "openai-project": project },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["console", "containers"] }),
  });
}
