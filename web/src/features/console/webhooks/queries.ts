/** The webhook endpoints of the project, what was delivered to them, and what is done with both. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { everyPage } from "../api";
import { useProject } from "../frame/project";

export type Endpoint = Schemas["WebhookEndpoint"];
export type Delivery = Schemas["WebhookDelivery"];
export type EndpointBody = Schemas["WebhookCreate"];

const SHOWN = 50;
const LOOK_AGAIN_MS = 5_000;

export function useEndpoints() {
  const project = useProject();
  return useQuery({
    queryKey: ["console", "webhooks", project],
    queryFn: () =>
      everyPage((after) =>
        data(
          api.GET("/v1/webhook_endpoints", {
            params: { query: { limit: 100, after } },
            headers: { "openai-project": project },
          }),
        ),
      ),
  });
}

export function useEventTypes() {
  return useQuery({
    queryKey: ["console", "webhook-types"],
    queryFn: () => data(api.GET("/v1/webhook_event_types")),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The newest deliveries to an endpoint, looked at again while it is shown. */
export function useDeliveries(endpoint: string) {
  const project = useProject();
  return useQuery({
    // Not below the key of the list: those of an endpoint that is being removed are not asked for again.
    queryKey: ["console", "webhook-deliveries", project, endpoint],
    queryFn: async () => {
      const page = await data(
        api.GET("/earthshine/v1/webhook_endpoints/{webhook_endpoint_id}/deliveries", {
          params: { path: { webhook_endpoint_id: endpoint }, query: { limit: SHOWN } },
          headers: { "openai-project": project },
        }),
      );
      return page.data;
    },
    refetchInterval: LOOK_AGAIN_MS,
  });
}

export function useWebhookChanges() {
  const project = useProject();
  const client = useQueryClient();
  const headers = { "openai-project": project };
  const onSettled = () => client.invalidateQueries({ queryKey: ["console", "webhooks", project] });
  const of = (id: string) => ({ params: { path: { webhook_endpoint_id: id } }, headers });
  return {
    create: useMutation({
      mutationFn: (body: EndpointBody) => data(api.POST("/v1/webhook_endpoints", { body, headers })),
      onSettled,
    }),
    /** Any change switches an endpoint on again; this one changes nothing else. */
    switchOn: useMutation({
      mutationFn: ({ id, name }: Endpoint) =>
        data(api.POST("/v1/webhook_endpoints/{webhook_endpoint_id}", { ...of(id), body: { name } })),
      onSettled,
    }),
    remove: useMutation({
      mutationFn: ({ id }: Endpoint) =>
        data(api.DELETE("/v1/webhook_endpoints/{webhook_endpoint_id}", of(id))),
      onSettled,
    }),
    test: useMutation({
      mutationFn: ({ id, event_types }: Endpoint) =>
        data(
          api.POST("/v1/webhook_endpoints/{webhook_endpoint_id}/test", {
            ...of(id),
            body: { event_type: event_types[0] ?? "" },
          }),
        ),
    }),
    redeliver: useMutation({
      mutationFn: ({ endpoint, id }: { endpoint: string; id: string }) =>
        data(
          api.POST("/earthshine/v1/webhook_endpoints/{webhook_endpoint_id}/deliveries/{delivery_id}", {
            params: { path: { webhook_endpoint_id: endpoint, delivery_id: id } },
            headers,
          }),
        ),
      onSettled: () => client.invalidateQueries({ queryKey: ["console", "webhook-deliveries", project] }),
    }),
  };
}
