import { describe, expect, it } from "vitest";
import type { Schemas } from "@/lib/api";
import { type Group, placesOf, rolesAt, rolesToGive, roleToOffer } from "./given";

function group(...given: [string, string | null][]): Group {
  return {
    object: "group",
    id: "group_1",
    name: "Research",
    created_at: 1,
    group_type: "group",
    is_scim_managed: false,
    earthshine: {
      users: 0,
      roles: given.map(([id, project_id]) => ({
        id,
        name: id,
        predefined_role: true,
        permissions: [],
        project_id,
      })),
    },
  };
}

const role = (id: string, ...permissions: string[]) => ({ id, permissions }) as Schemas["Role"];

describe("the roles of a group", () => {
  const some = group(["viewer", "a"], ["member", "a"], ["admin", null], ["viewer", "b"]);

  it("belong to places, the organisation first", () => {
    expect(placesOf(some)).toEqual([null, "a", "b"]);
    expect(rolesAt(some, "a").map((each) => each.id)).toEqual(["viewer", "member"]);
    expect(rolesAt(some, null).map((each) => each.id)).toEqual(["admin"]);
    expect(placesOf(group())).toEqual([]);
  });

  it("are not given twice, and never own the organisation", () => {
    const there = [role("role_organization_owner"), role("admin"), role("viewer")];
    expect(rolesToGive(some, null, there).map((each) => each.id)).toEqual(["viewer"]);
    expect(roleToOffer(null, [role("admin", "organization.manage"), role("none")])?.id).toBe("none");
    expect(roleToOffer("a", [role("none"), role("role_project_member", "project.write")])?.id).toBe(
      "role_project_member",
    );
    expect(rolesToGive(some, "a", there).map((each) => each.id)).toEqual(["admin"]);
  });
});
