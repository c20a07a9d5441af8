import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";

const LISTS = ["users", "invites", "members", "projects", "roles", "links", "groups"];

/** What can be done with people, invitations, members, roles and projects; every change shows in the lists. */
export function usePeopleChanges() {
  const client = useQueryClient();
  const onSuccess = () =>
    client.invalidateQueries({
      queryKey: ["console"],
      predicate: ({ queryKey }) => LISTS.includes(String(queryKey[1])),
    });
  const user = (id: string) => ({ params: { path: { user_id: id } } });
  const project = (id: string) => ({ params: { path: { project_id: id } } });
  return {
    invite: useMutation({
      mutationFn: (body: Schemas["InviteCreate"]) => data(api.POST("/v1/organization/invites", { body })),
      onSuccess,
    }),
    withdraw: useMutation({
      mutationFn: (id: string) =>
        data(api.DELETE("/v1/organization/invites/{invite_id}", { params: { path: { invite_id: id } } })),
      onSuccess,
    }),
    updateUser: useMutation({
      mutationFn: ({ id, body }: { id: string; body: { role: Schemas["MemberCreate"]["role"] } }) =>
        data(api.POST("/v1/organization/users/{user_id}", { ...user(id), body })),
      onSuccess,
    }),
    removeUser: useMutation({
      mutationFn: (id: string) => data(api.DELETE("/v1/organization/users/{user_id}", user(id))),
      onSuccess,
    }),
    createProject: useMutation({
      mutationFn: (body: { name: string }) => data(api.POST("/v1/organization/projects", { body })),
      onSuccess,
    }),
    renameProject: useMutation({
      mutationFn: ({ id, name }: { id: string; name: string }) =>
        data(api.POST("/v1/organization/projects/{project_id}", { ...project(id), body: { name } })),
      onSuccess,
    }),
    archiveProject: useMutation({
      mutationFn: (id: string) =>
        data(api.POST("/v1/organization/projects/{project_id}/archive", project(id))),
      onSuccess,
    }),
    addMember: useMutation({
      mutationFn: ({ id, body }: { id: string; body: Schemas["MemberCreate"] }) =>
        data(api.POST("/v1/organization/projects/{project_id}/users", { ...project(id), body })),
      onSuccess,
    }),
    updateMember: useMutation({
      mutationFn: ({
        id,
        member,
        role,
      }: {
        id: string;
        member: string;
        role: Schemas["MemberCreate"]["role"];
      }) =>
        data(
          api.POST("/v1/organization/projects/{project_id}/users/{user_id}", {
            params: { path: { project_id: id, user_id: member } },
            body: { role },
          }),
        ),
      onSuccess,
    }),
    removeMember: useMutation({
      mutationFn: ({ id, member }: { id: string; member: string }) =>
        data(
          api.DELETE("/v1/organization/projects/{project_id}/users/{user_id}", {
            params: { path: { project_id: id, user_id: member } },
          }),
        ),
      onSuccess,
    }),
  };
}
