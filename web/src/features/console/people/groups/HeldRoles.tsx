import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { DataTable } from "../../components/DataTable";
import { useProjectName } from "../../frame/project";
import { Permissions, useRoleText } from "../roles/Permissions";
import type { GivenRole, Group } from "./given";

/** A role through a group; a group may have none. */
export interface Held {
  group: Group;
  role: GivenRole | null;
}

interface HeldRolesProps {
  caption: string;
  rows: readonly Held[];
  /** Whether the table is of several groups, and names each. */
  groups?: boolean;
  action?: (held: Held) => ReactNode;
  empty: ReactNode;
}

/** What groups may do, and where. */
export function HeldRoles({ caption, rows, groups = false, action, empty }: HeldRolesProps) {
  const { t } = useTranslation("console");
  const projectName = useProjectName();
  const roleText = useRoleText();
  return (
    <DataTable
      caption={caption}
      rows={rows}
      rowKey={({ group, role }) => `${group.id} ${role?.project_id} ${role?.id}`}
      empty={empty}
      columns={[
        ...(groups
          ? [{ id: "group", label: t("group"), cell: ({ group }: Held) => <GroupLink group={group} /> }]
          : []),
        {
          id: "place",
          label: t("groups_place"),
          cell: ({ role }) =>
            role === null ? (
              "—"
            ) : (
              <bdi>{role.project_id ? projectName(role.project_id) : t("groups_organization")}</bdi>
            ),
        },
        {
          id: "role",
          label: t("role"),
          cell: ({ role }) => (role ? <bdi>{roleText(role)}</bdi> : t("groups_no_role")),
        },
        {
          id: "may",
          label: t("roles_may"),
          cell: ({ role }) => (role ? <Permissions list={role.permissions} /> : "—"),
        },
        ...(action ? [{ id: "actions", label: t("actions"), actions: true, cell: action }] : []),
      ]}
    />
  );
}

/** Leads to a group's page. */
export function GroupLink({ group }: { group: Pick<Group, "id" | "name"> }) {
  return (
    <Link href={`/console/people/groups/${group.id}`} className="font-medium text-accent hover:underline">
      <bdi>{group.name}</bdi>
    </Link>
  );
}
