import { UserMinus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { useMe } from "@/features/session";
import { errorText } from "@/lib/errors/texts";
import { useAccess } from "../access";
import { Badge } from "../components/Badge";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { When } from "../components/When";
import { usePeopleChanges } from "./changes";
import { InvitePerson } from "./InvitePerson";
import { PersonName } from "./person/PersonName";
import { type User, useUsers } from "./queries";
import { RemovePerson } from "./RemovePerson";
import { RoleSelect } from "./RoleSelect";

/** The people of the organisation. */
export function Users() {
  const { t } = useTranslation("console");
  const me = useMe();
  const { can } = useAccess();
  const users = useUsers();
  const { updateUser } = usePeopleChanges();
  const [removing, setRemoving] = useState<User | null>(null);
  const change = can("organization.manage");
  const onError = (error: unknown) => toast(errorText(error), { kind: "error" });
  return (
    <div className="flex flex-col gap-4">
      {change ? (
        <div>
          <InvitePerson />
        </div>
      ) : null}
      <Loaded query={users}>
        {(list) => (
          <DataTable
            caption={t("people_users")}
            rows={list}
            rowKey={(user) => user.id}
            columns={[
              {
                id: "name",
                label: t("name"),
                cell: (user) => (
                  <span className="flex flex-wrap items-start gap-1.5">
                    <PersonName person={user} />
                    {user.id === me.user.id ? <Badge tone="accent">{t("people_you")}</Badge> : null}
                  </span>
                ),
              },
              {
                id: "role",
                label: t("role"),
                cell: (user) => (
                  <RoleSelect
                    label={t("people_role_of", { name: user.name || user.email })}
                    hidden
                    value={user.role}
                    disabled={!change}
                    onChange={(role) => updateUser.mutate({ id: user.id, body: { role } }, { onError })}
                  />
                ),
              },
              {
                id: "projects",
                label: t("people_projects"),
                cell: (user) => (
                  <span className="inline-flex flex-wrap gap-1 max-md:justify-end">
                    {(user.projects?.data ?? []).map((project) => (
                      <Badge key={project.id}>
                        <bdi>{project.name}</bdi>
                      </Badge>
                    ))}
                  </span>
                ),
              },
              { id: "since", label: t("people_since"), cell: (user) => <When seconds={user.added_at} /> },
              ...(change
                ? [
                    {
                      id: "actions",
                      label: t("actions"),
                      actions: true,
                      cell: (user: User) =>
                        user.id === me.user.id ? null : (
                          <IconButton
                            label={t("people_remove", { name: user.name || user.email })}
                            onClick={() => setRemoving(user)}
                          >
                            <UserMinus />
                          </IconButton>
                        ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </Loaded>
      {removing ? <RemovePerson person={removing} onClose={() => setRemoving(null)} /> : null}
    </div>
  );
}
