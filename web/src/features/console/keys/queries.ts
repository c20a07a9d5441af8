/** Project keys, service accounts and admin keys. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { everyPage, type Page, shaped } from "../api";
import { useProject } from "../frame/project";

export interface Key {
  id: string;
  name: string;
  created_at: number;
  last_used_at: number | null;
  expires_at: number | null;
  redacted_value: string;
  owner: {
    type: string | null;
    user?: { id: string; name: string | null; email: string | null } | null;
    service_account?: { id: string; name: string } | null;
  };
  earthshine: {
    kind?: string;
    role: string | null;
    allowed_models?: string[];
    allowed_addresses: string[];
    rotated_from: string | null;
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
        shaped<Page<Key>>(
          api.GET("/v1/organization/projects/{project_id}/api_keys", {
            params: { path: { project_id: project }, query: { limit: 100, after } as never },
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
        shaped<Page<Key>>(
          api.GET("/v1/organization/admin_api_keys", { params: { query: { limit: 100, after } as never } }),
        ),
      ),
    enabled,
  });
}

/** What can be done with the keys of the project; every change shows in the lists. */
export function useKeyChanges() {
  const project = useProject();
  const client = useQueryClient();
  const onSuccess = () =>
    client.invalidateQueries({
      queryKey: ["console"],
      predicate: ({ queryKey }) => ["keys", "admin-keys", "service-accounts"].includes(String(queryKey[1])),
    });
  const path = { project_id: project };
  return {
    create: useMutation({
      mutationFn: (body: Schemas["KeyCreate"]) =>
        shaped<NewKey>(
          api.POST("/v1/organization/projects/{project_id}/api_keys", { params: { path }, body }),
        ),
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
      mutationFn: ({ id, body, admin }: { id: string; body: Schemas["KeyRotate"]; admin: boolean }) =>
        shaped<NewKey>(
          admin
            ? api.POST("/v1/organization/admin_api_keys/{key_id}/rotate", {
                params: { path: { key_id: id } },
                body,
              })
            : api.POST("/v1/organization/projects/{project_id}/api_keys/{api_key_id}/rotate", {
                params: { path: { ...path, api_key_id: id } },
                body,
              }),
        ),
      onSuccess,
    }),
    remove: useMutation({
      mutationFn: ({ id, admin }: { id: string; admin: boolean }) =>
        data<unknown>(
          admin
            ? api.DELETE("/v1/organization/admin_api_keys/{key_id}", { params: { path: { key_id: id } } })
            : api.DELETE("/v1/organization/projects/{project_id}/api_keys/{api_key_id}", {
                params: { path: { ...path, api_key_id: id } },
              }),
        ),
      onSuccess,
    }),
    createAdmin: useMutation({
      mutationFn: (body: Schemas["AdminKeyCreate"]) =>
        shaped<NewKey>(api.POST("/v1/organization/admin_api_keys", { body })),
      onSuccess,
    }),
    createAccount: useMutation({
      mutationFn: (body: Schemas["ServiceAccountCreate"]) =>
        shaped<{ id: string; name: string; api_key: NewKey | null }>(
          api.POST("/v1/organization/projects/{project_id}/service_accounts", { params: { path }, body }),
        ),
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
