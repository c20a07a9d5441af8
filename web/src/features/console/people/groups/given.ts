/** Where groups have roles. */
import type { Schemas } from "@/lib/api";

export type Group = Schemas["Group"];
export type GivenRole = Schemas["GivenRole"];

/** The roles that a group has at one place; null is the whole organisation. */
export function rolesAt(group: Group, project: string | null): GivenRole[] {
  return group.earthshine.roles.filter((role) => role.project_id === project);
}

/** The places where a group has roles, each once, the organisation first. */
export function placesOf(group: Group): (string | null)[] {
  const places = new Set(group.earthshine.roles.map((role) => role.project_id));
  return [...places].sort((a, b) => Number(b === null) - Number(a === null));
}

/** Those of a place's roles that a group can get: it has not got them, and nobody but single people owns it all. */
export function rolesToGive(
  group: Group,
  project: string | null,
  roles: readonly Schemas["Role"][],
): Schemas["Role"][] {
  const has = new Set(rolesAt(group, project).map((role) => role.id));
  return roles.filter((role) => !has.has(role.id) && role.id !== "role_organization_owner");
}

/** What stands in the form before somebody chooses: what most are given, else what opens least. */
export function roleToOffer(
  project: string | null,
  roles: readonly Schemas["Role"][],
): Schemas["Role"] | undefined {
  const usual = `role_${project ? "project_member" : "organization_viewer"}`;
  const least = [...roles].sort((a, b) => a.permissions.length - b.permissions.length);
  return roles.find(({ id }) => id === usual) ?? least[0];
}
