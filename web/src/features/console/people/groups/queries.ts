/** Groups, who is in them, and their roles, as the API has them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data } from "@/lib/api";
import { everyNextPage } from "../../api";
import { type GivenRole, type Group, rolesAt } from "./given";

const GROUPS = ["console", "groups"] as const;
const LISTS = ["groups", "users", "access"];

const ofGroup = (group: string) => ({ params: { path: { group_id: group } } });
const there = (project: string, group: string) => ({
  params: { path: { project_id: project, group_id: group } },
});

/** @param user only the groups that this person is in */
export function useGroups(user?: string) {
  return useQuery({
    queryKey: [...GROUPS, "of", user ?? null],
    queryFn: () =>
      everyNextPage((after) =>
        data(
          api.GET("/v1/organization/groups", { params: { query: { limit: 1000, after, user_id: user } } }),
        ),
      ),
  });
}

export function useGroup(id: string) {
  return useQuery({
    queryKey: [...GROUPS, id],
    queryFn: () => data(api.GET("/v1/organization/groups/{group_id}", ofGroup(id))),
  });
}

export function useGroupUsers(id: string) {
  return useQuery({
    queryKey: [...GROUPS, id, "users"],
    queryFn: () =>
      everyNextPage((after) =>
        data(
          api.GET("/v1/organization/groups/{group_id}/users", {
            params: { path: { group_id: id }, query: { limit: 1000, after } },
          }),
        ),
      ),
  });
}

export function useProjectGroups(project: string) {
  return useQuery({
    queryKey: [...GROUPS, "in", project],
    queryFn: () =>
      everyNextPage((after) =>
        data(
          api.GET("/v1/organization/projects/{project_id}/groups", {
            params: { path: { project_id: project }, query: { limit: 1000, after } },
          }),
        ),
      ),
  });
}

/** What can be done with groups; every change shows in the lists, also after a refusal. */
export function useGroupChanges() {
  const client = useQueryClient();
  const refresh = (gone?: string) =>
    client.invalidateQueries({
      queryKey: ["console"],
      // What is gone is not asked for once more.
      predicate: ({ queryKey }) =>
        LISTS.includes(String(queryKey[1])) && (gone === undefined || queryKey[2] !== gone),
    });
  const onSettled = () => refresh();
  return {
    create: useMutation({
      mutationFn: (name: string) => data(api.POST("/v1/organization/groups", { body: { name } })),
      onSettled,
    }),
    rename: useMutation({
      mutationFn: ({ id, name }: { id: string; name: string }) =>
        data(api.POST("/v1/organization/groups/{group_id}", { ...ofGroup(id), body: { name } })),
      onSettled,
    }),
    remove: useMutation({
      mutationFn: (id: string) => data(api.DELETE("/v1/organization/groups/{group_id}", ofGroup(id))),
      onSuccess: (_reply, id) => refresh(id),
    }),
    addUser: useMutation({
      mutationFn: ({ id, user }: { id: string; user: string }) =>
        data(
          api.POST("/v1/organization/groups/{group_id}/users", { ...ofGroup(id), body: { user_id: user } }),
        ),
      onSettled,
    }),
    removeUser: useMutation({
      mutationFn: ({ id, user }: { id: string; user: string }) =>
        data(
          api.DELETE("/v1/organization/groups/{group_id}/users/{user_id}", {
            params: { path: { group_id: id, user_id: user } },
          }),
        ),
      onSettled,
    }),
    give: useMutation({ mutationFn: giveRole, onSettled }),
    take: useMutation({ mutationFn: takeRole, onSettled }),
  };
}

interface Given {
  group: Group;
  project: string | null;
  role: string;
}

/** A group comes into a project with its first role there. */
async function giveRole({ group, project, role }: Given): Promise<unknown> {
  const body = { role_id: role };
  if (project === null)
    return data(api.POST("/v1/organization/groups/{group_id}/roles", { ...ofGroup(group.id), body }));
  if (rolesAt(group, project).length > 0)
    return data(
      api.POST("/v1/projects/{project_id}/groups/{group_id}/roles", { ...there(project, group.id), body }),
    );
  return data(
    api.POST("/v1/organization/projects/{project_id}/groups", {
      params: { path: { project_id: project } },
      body: { group_id: group.id, role },
    }),
  );
}

/** A group leaves a project with its last role there. */
async function takeRole({ group, role }: { group: Group; role: GivenRole }): Promise<unknown> {
  const project = role.project_id;
  if (project === null)
    return data(
      api.DELETE("/v1/organization/groups/{group_id}/roles/{role_id}", {
        params: { path: { group_id: group.id, role_id: role.id } },
      }),
    );
  if (rolesAt(group, project).length === 1) return leave(project, group.id);
  return data(
    api.DELETE("/v1/projects/{project_id}/groups/{group_id}/roles/{role_id}", {
      params: { path: { project_id: project, group_id: group.id, role_id: role.id } },
    }),
  );
}

function leave(project: string, group: string) {
  return data(api.DELETE("/v1/organization/projects/{project_id}/groups/{group_id}", there(project, group)));
}
