import { useTranslation } from "react-i18next";
import { DataTable } from "../../components/DataTable";
import { Loaded } from "../../components/Loaded";
import { useRolesAt } from "../queries";
import { Permissions, useRoleText } from "./Permissions";

/** The roles of the organisation, and what each may do. */
export function Roles() {
  const { t } = useTranslation("console");
  const roles = useRolesAt(null);
  const roleText = useRoleText();
  return (
    <Loaded query={roles}>
      {(list) => (
        <DataTable
          caption={t("people_roles")}
          rows={list}
          rowKey={(role) => role.id}
          columns={[
            {
              id: "name",
              label: t("role"),
              cell: (role) => (
                <span className="flex flex-col">
                  <bdi className="font-medium">{roleText(role)}</bdi>
                  {role.description ? <bdi className="text-sm text-ink-faint">{role.description}</bdi> : null}
                </span>
              ),
            },
            {
              id: "permissions",
              label: t("roles_may"),
              cell: (role) => <Permissions list={role.permissions} />,
            },
          ]}
        />
      )}
    </Loaded>
  );
}
