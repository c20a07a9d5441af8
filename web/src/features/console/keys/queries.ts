/** Project keys, service accounts and admin keys. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { everyPage } from "../api";
import { useProject } from "../frame/project";

/** A project's key or an organisation's: what both have, and what one of them has. */
export interface Key {
  id: string;
  name: string;
  last_used_at: number | null;
  expires_at: number | null;
  redacted_value: string;
  owner: {
    type: string | null;
    user?: { name: string; email: string } | null;
    service_account?: { name: string } | null;
  };
  earthshine: {
    role: string | null;
    kind?: "admin" | "installation";
    allowed_models?: string[];
    allowed_addresses: string[];
  };
}

/** A key with its value, which is told once. */
export type NewKey = Pick<Key, "id" | "name"> & { value: string };

export function useProjectKeys(enabled = true) {
  const project = useProject();
  return useQuery({
    queryKey: ["console", "keys", project],
    queryFn: () =>
      everyPage((after) =>
        data(
          api.GET("/v1/organization/projects/{project_id}/api_keys", {
            params: { path: { project_id: project }, query: { limit: 100, after } },
          }),
        ),
      ),
    enabled,
  });
}

export function useAdminKeys(enabled = true) {
  return useQuery({
    queryKey: ["console", "admin-keys"],
    queryFn: () =>
      everyPage((after) =>
        data(api.GET("/v1/organization/admin_api_keys", { params: { query: { limit: 100, after } } })),
      ),
    enabled,
  });
}

const LISTS = ["keys", "admin-keys", "service-accounts"];

/** What can be done with the keys of the project; every change shows in the lists. */
export function useKeyChanges() {
  const project = useProject();
  const client = useQueryClient();
  const onSuccess = () =>
    client.invalidateQueries({
      queryKey: ["console"],
      predicate: ({ queryKey }) => LISTS.includes(String(queryKey[1])),
    });
  const path = { project_id: project };
  return {
    create: useMutation({
      mutationFn: (body: Schemas["KeyCreate"]) =>
        data(api.POST("/v1/organization/projects/{project_id}/api_keys", { params: { path }, body })),
      onSuccess,
    }),
    update: useMutation({
      mutationFn: ({ id, body }: { id: string; body: Schemas["KeyUpdate"] }) =>
        data(
          api.POST("/v1/organization/projects/{project_id}/api_keys/{api_key_id}", {
            params: { path: { ...path, api_key_id: id } },
            body,
          }),
        ),
      onSuccess,
    }),
    rotate: useMutation({
      mutationFn: ({
        id,
        body,
        admin,
      }: {
        id: string;
        body: Schemas["KeyRotate"];
        admin: boolean;
      }): Promise<NewKey> =>
        admin
          ? data(
              api.POST("/v1/organization/admin_api_keys/{key_id}/rotate", {
                params: { path: { key_id: id } },
                body,
              }),
            )
          : data(
              api.POST("/v1/organization/projects/{project_id}/api_keys/{api_key_id}/rotate", {
                params: { path: { ...path, api_key_id: id } },
                body,
              }),
            ),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: ({ id, admin }: { id: string; admin: boolean }): Promise<unknown> =>
        admin
          ? data(api.DELETE("/v1/organization/admin_api_keys/{key_id}", { params: { path: { key_id: id } } }))
          : data(
              api.DELETE("/v1/organization/projects/{project_id}/api_keys/{api_key_id}", {
                params: { path: { ...path, api_key_id: id } },
              }),
            ),
      onSuccess,
    }),
    createAdmin: useMutation({
      mutationFn: (body: Schemas["AdminKeyCreate"]) =>
        data(api.POST("/v1/organization/admin_api_keys", { body })),
      onSuccess,
    }),
    createAccount: useMutation({
      mutationFn: (body: Schemas["ServiceAccountCreate"]) =>
        data(api.POST("/v1/organization/projects/{project_id}/service_accounts", { params: { path }, body })),
      onSuccess,
    }),
    removeAccount: useMutation({
      mutationFn: (id: string) =>
        data(
          api.DELETE("/v1/organization/projects/{project_id}/service_accounts/{service_account_id}", {
            params: { path: { ...path, service_account_id: id } },
          }),
        ),
      onSuccess,
    }),
  };
}
