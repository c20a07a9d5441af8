import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { everyPage } from "../api";

export type Deployment = Schemas["Deployment"];

export function useDeployments(enabled: boolean) {
  return useQuery({
    queryKey: ["console", "deployments"],
    queryFn: () => everyPage(() => data(api.GET("/earthshine/v1/deployments"))),
    enabled,
    refetchInterval: 5_000,
  });
}

export function useDeploymentChanges() {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ["console", "deployments"] });
  const at = (id: string) => ({ params: { path: { deployment_id: id } } });
  return {
    update: useMutation({
      mutationFn: ({ id, body }: { id: string; body: Schemas["UpdateDeployment"] }) =>
        data(api.POST("/earthshine/v1/deployments/{deployment_id}", { ...at(id), body })),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: (id: string) => data(api.DELETE("/earthshine/v1/deployments/{deployment_id}", at(id))),
      onSuccess,
    }),
    check: useMutation({
      mutationFn: (id: string) => data(api.POST("/earthshine/v1/deployments/{deployment_id}/check", at(id))),
      onSuccess,
    }),
  };
}
