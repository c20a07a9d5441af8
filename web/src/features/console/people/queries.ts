/** People, roles, invitations and members, as the API has them. */
import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/features/session";
import { api, data, type Schemas } from "@/lib/api";
import { useAccess } from "../access";
import { everyNextPage, everyPage } from "../api";
import { useProject } from "../frame/project";

export const ROLES = ["owner", "admin", "member", "viewer"] as const;
export type Role = (typeof ROLES)[number];

export type User = Schemas["OrganizationUser"];
export type Invite = Schemas["Invite"];
export type Member = Schemas["ProjectUser"];
export type OwnRole = Schemas["Role"];
export type ServiceAccount = Schemas["ServiceAccount"];

export const USERS = ["console", "users"] as const;
export const INVITES = ["console", "invites"] as const;
export const ROLES_KEY = ["console", "roles"] as const;
export const membersKey = (project: string) => ["console", "members", project] as const;

const page = (after?: string) => ({ params: { query: { limit: 100, after } } });

export function useUsers(enabled = true) {
  return useQuery({
    queryKey: USERS,
    queryFn: () => everyPage((after) => data(api.GET("/v1/organization/users", page(after)))),
    enabled,
    staleTime: 30_000,
  });
}

export function useUser(id: string) {
  return useQuery({
    queryKey: [...USERS, id],
    queryFn: () => data(api.GET("/v1/organization/users/{user_id}", { params: { path: { user_id: id } } })),
  });
}

export function useInvites() {
  return useQuery({
    queryKey: INVITES,
    queryFn: () => everyPage((after) => data(api.GET("/v1/organization/invites", page(after)))),
  });
}

export function useMembers(project: string, enabled = true) {
  return useQuery({
    queryKey: membersKey(project),
    queryFn: () =>
      everyPage((after) =>
        data(
          api.GET("/v1/organization/projects/{project_id}/users", {
            params: { path: { project_id: project }, query: { limit: 100, after } },
          }),
        ),
      ),
    enabled,
  });
}

/** The roles that there are at a place; null is the whole organisation. */
export function useRolesAt(project: string | null) {
  return useQuery({
    queryKey: [...ROLES_KEY, project],
    queryFn: () =>
      everyNextPage((after) => {
        const query = { limit: 100, after };
        return project === null
          ? data(api.GET("/v1/organization/roles", { params: { query } }))
          : data(
              api.GET("/v1/projects/{project_id}/roles", {
                params: { path: { project_id: project }, query },
              }),
            );
      }),
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

export function useServiceAccounts(enabled = true) {
  const project = useProject();
  return useQuery({
    queryKey: ["console", "service-accounts", project],
    queryFn: () =>
      everyPage((after) =>
        data(
          api.GET("/v1/organization/projects/{project_id}/service_accounts", {
            params: { path: { project_id: project }, query: { limit: 100, after } },
          }),
        ),
      ),
    enabled,
    staleTime: 30_000,
  });
}
