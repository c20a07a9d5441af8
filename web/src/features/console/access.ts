/** What the person may do in the project that the console works in. */
import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/features/session";
import { api, data } from "@/lib/api";
import { useProject } from "./frame/project";

export type Permission =
  | "project.read"
  | "project.write"
  | "project.manage"
  | "organization.read"
  | "organization.manage"
  | "installation.manage";

export interface Access {
  /** Whether the person has this right; null asks for nothing. */
  can(permission: Permission | null): boolean;
}

export function accessOf(permissions: readonly string[]): Access {
  return { can: (permission) => permission === null || permissions.includes(permission) };
}

/** Rights differ between projects; until those of the chosen one are known, those of the first hold. */
export function useAccess(): Access {
  const me = useMe();
  const project = useProject();
  const there = useQuery({
    queryKey: ["console", "access", project],
    queryFn: () => data(api.GET("/earthshine/v1/sessions/current")),
    enabled: project !== me.project,
    staleTime: 60_000,
  });
  return accessOf(there.data?.permissions ?? me.permissions);
}
