import { useTranslation } from "react-i18next";
import { Badge } from "../components/Badge";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { useRoles } from "./queries";

/** The roles of the organisation, and what each may do. */
export function Roles() {
  const { t } = useTranslation("console");
  const roles = useRoles();
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
                  <bdi className="font-medium">
                    {role.predefined_role ? t(`role_${role.name}`, { defaultValue: role.name }) : role.name}
                  </bdi>
                  {role.description ? <bdi className="text-sm text-ink-faint">{role.description}</bdi> : null}
                </span>
              ),
            },
            {
              id: "permissions",
              label: t("roles_may"),
              cell: (role) =>
                role.permissions.length ? (
                  <span className="inline-flex flex-wrap gap-1 max-md:justify-end">
                    {role.permissions.map((each) => (
                      <Badge key={each}>
                        {t(`permission_${each.replace(".", "_")}`, { defaultValue: each })}
                      </Badge>
                    ))}
                  </span>
                ) : (
                  <span className="text-ink-faint">{t("roles_nothing")}</span>
                ),
            },
          ]}
        />
      )}
    </Loaded>
  );
}
