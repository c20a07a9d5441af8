import { Plus, UsersRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { Empty } from "@/components/states";
import { ranked } from "@/features/palette";
import { useFormat } from "@/lib/i18n/format";
import { useAccess } from "../../access";
import { Badge } from "../../components/Badge";
import { DataTable } from "../../components/DataTable";
import { Loaded } from "../../components/Loaded";
import { useFilters } from "../../components/url-state";
import { When } from "../../components/When";
import { useProjectName } from "../../frame/project";
import { placesOf } from "./given";
import { GroupLink } from "./HeldRoles";
import { NameGroup } from "./NameGroup";
import { useGroups } from "./queries";

const DEFAULTS = { q: "" };

/** People who have roles together: all groups of the organisation. */
export function Groups() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const { can } = useAccess();
  const groups = useGroups();
  const projectName = useProjectName();
  const [{ q }, filter] = useFilters(DEFAULTS);
  const [naming, setNaming] = useState(false);
  const none = groups.data?.length === 0;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        {none ? null : (
          <search className="w-72 max-w-full">
            <TextField
              label={t("groups_search")}
              type="search"
              value={q}
              onChange={(event) => filter({ q: event.target.value })}
            />
          </search>
        )}
        {can("organization.manage") ? (
          <Button look="primary" onClick={() => setNaming(true)}>
            <Plus className="size-4" aria-hidden />
            {t("groups_create")}
          </Button>
        ) : null}
      </div>
      <Loaded query={groups}>
        {(list) => (
          <DataTable
            caption={t("people_groups")}
            rows={ranked(q, list, (group) => group.name)}
            rowKey={(group) => group.id}
            empty={
              <Empty
                icon={<UsersRound />}
                title={t(none ? "groups_empty" : "groups_none_found")}
                text={none ? t("groups_empty_text") : undefined}
              />
            }
            columns={[
              { id: "name", label: t("name"), cell: (group) => <GroupLink group={group} /> },
              {
                id: "people",
                label: t("people_users"),
                numeric: true,
                cell: (group) => format.number(group.earthshine.users),
              },
              {
                id: "places",
                label: t("groups_roles_in"),
                cell: (group) => (
                  <span className="inline-flex flex-wrap gap-1 max-md:justify-end">
                    {group.earthshine.roles.length ? null : "—"}
                    {placesOf(group).map((place) => (
                      <Badge key={place}>
                        <bdi>{place === null ? t("groups_organization") : projectName(place)}</bdi>
                      </Badge>
                    ))}
                  </span>
                ),
              },
              { id: "created", label: t("created"), cell: (group) => <When seconds={group.created_at} /> },
            ]}
          />
        )}
      </Loaded>
      {naming ? <NameGroup onClose={() => setNaming(false)} /> : null}
    </div>
  );
}
