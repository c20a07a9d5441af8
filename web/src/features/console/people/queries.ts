/** People, roles, invitations and members, as the API has them. */
import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/features/session";
import { api } from "@/lib/api";
import { useAccess } from "../access";
import { everyPage, type Page, shaped } from "../api";
import { useProject } from "../frame/project";

export const ROLES = ["owner", "admin", "member", "viewer"] as const;
export type Role = (typeof ROLES)[number];

export interface User {
  id: string;
  name: string | null;
  email: string | null;
  role: string;
  added_at: number;
  api_key_last_used_at: number | null;
  is_service_account: boolean;
  projects: { data: { id: string; name: string; role: string }[] };
}

export interface Invite {
  id: string;
  email: string;
  role: string;
  organization_role: string;
  projects: { id: string; project_role: string }[];
  status: "pending" | "accepted" | "expired";
  created_at: number;
  expires_at: number;
  /** The token; only in the reply that made it. */
  token?: string;
}

export interface Member {
  id: string;
  name: string | null;
  email: string | null;
  role: string;
  added_at: number;
}

export interface OwnRole {
  id: string;
  name: string;
  description: string | null;
  permissions: string[];
  predefined_role: boolean;
}

export const USERS = ["console", "users"] as const;
export const INVITES = ["console", "invites"] as const;
export const ROLES_KEY = ["console", "roles"] as const;
export const membersKey = (project: string) => ["console", "members", project] as const;

const page = (after?: string) => ({ params: { query: { limit: 100, after } as never } });

export function useUsers(enabled = true) {
  return useQuery({
    queryKey: USERS,
    queryFn: () => everyPage((after) => shaped<Page<User>>(api.GET("/v1/organization/users", page(after)))),
    enabled,
    staleTime: 30_000,
  });
}

export function useInvites() {
  return useQuery({
    queryKey: INVITES,
    queryFn: () =>
      everyPage((after) => shaped<Page<Invite>>(api.GET("/v1/organization/invites", page(after)))),
  });
}

export function useMembers(project: string) {
  return useQuery({
    queryKey: membersKey(project),
    queryFn: () =>
      everyPage((after) =>
        shaped<Page<Member>>(
          api.GET("/v1/organization/projects/{project_id}/users", {
            params: { path: { project_id: project }, query: { limit: 100, after } as never },
          }),
        ),
      ),
  });
}

export function useRoles() {
  return useQuery({
    queryKey: ROLES_KEY,
    queryFn: () => shaped<{ data: OwnRole[] }>(api.GET("/v1/organization/roles")).then((reply) => reply.data),
  });
}

/** What people are called, by their id; whoever may not list people is told the ids, and knows themselves. */
export function usePeopleNames(): (id: string) => string {
  const me = useMe();
  const { can } = useAccess();
  const users = useUsers(can("organization.read"));
  const accounts = useServiceAccounts(can("project.manage"));
  return (id) => {
    if (id === me.user.id) return me.user.name || me.user.email;
    const user = users.data?.find((each) => each.id === id);
    const account = accounts.data?.find((each) => each.id === id);
    return user?.name || user?.email || account?.name || id;
  };
}

export interface ServiceAccount {
  id: string;
  name: string;
  role: string | null;
  created_at: number;
}

export function useServiceAccounts(enabled = true) {
  const project = useProject();
  return useQuery({
    queryKey: ["console", "service-accounts", project],
    queryFn: () =>
      everyPage((after) =>
        shaped<Page<ServiceAccount>>(
          api.GET("/v1/organization/projects/{project_id}/service_accounts", {
            params: { path: { project_id: project }, query: { limit: 100, after } as never },
          }),
        ),
      ),
    enabled,
    staleTime: 30_000,
  });
}
