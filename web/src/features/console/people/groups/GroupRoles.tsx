import { ShieldPlus, ShieldQuestionMark, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Select } from "@/components/field";
import { toast } from "@/components/overlays/toast";
import { Empty } from "@/components/states";
import { errorText } from "@/lib/errors/texts";
import { Section } from "../../components/Page";
import { useProjectName, useProjects } from "../../frame/project";
import { useRolesAt } from "../queries";
import { useRoleText } from "../roles/Permissions";
import { type Group, rolesToGive, roleToOffer } from "./given";
import { HeldRoles } from "./HeldRoles";
import { useGroupChanges } from "./queries";

const say = (error: unknown) => toast(errorText(error), { kind: "error" });

/** The roles of a group, in the organisation and in projects: given and taken. */
export function GroupRoles({ group, change }: { group: Group; change: boolean }) {
  const { t } = useTranslation("console");
  const { take } = useGroupChanges();
  const projectName = useProjectName();
  const roleText = useRoleText();
  return (
    <Section title={t("people_roles")} text={t("groups_roles_text")}>
      {change ? <GiveRole group={group} /> : null}
      <HeldRoles
        caption={t("people_roles")}
        rows={group.earthshine.roles.map((role) => ({ group, role }))}
        empty={
          <Empty
            icon={<ShieldQuestionMark />}
            title={t("groups_no_roles")}
            text={t("groups_no_roles_text")}
          />
        }
        action={
          change
            ? ({ role }) =>
                role ? (
                  <IconButton
                    label={t("groups_take", {
                      role: roleText(role),
                      place: role.project_id ? projectName(role.project_id) : t("groups_organization"),
                    })}
                    disabled={take.isPending}
                    onClick={() => take.mutate({ group, role }, { onError: say })}
                  >
                    <Trash2 />
                  </IconButton>
                ) : null
            : undefined
        }
      />
    </Section>
  );
}

function GiveRole({ group }: { group: Group }) {
  const { t } = useTranslation("console");
  const projects = useProjects().filter((project) => project.status !== "archived");
  const roleText = useRoleText();
  const { give } = useGroupChanges();
  const [place, setPlace] = useState("");
  const [chosen, choose] = useState("");
  const project = place || null;
  const roles = rolesToGive(group, project, useRolesAt(project).data ?? []);
  const role = roles.find(({ id }) => id === chosen) ?? roleToOffer(project, roles);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (role) give.mutate({ group, project, role: role.id }, { onError: say });
  }

  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <div className="w-56 max-w-full">
        <Select label={t("groups_place")} value={place} onChange={(event) => setPlace(event.target.value)}>
          <option value="">{t("groups_organization")}</option>
          {projects.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </Select>
      </div>
      <div className="w-48 max-w-full">
        <Select label={t("role")} value={role?.id ?? ""} onChange={(event) => choose(event.target.value)}>
          {roles.map((each) => (
            <option key={each.id} value={each.id}>
              {roleText(each)}
            </option>
          ))}
        </Select>
      </div>
      <Button type="submit" busy={give.isPending} disabled={!role}>
        <ShieldPlus className="size-4" aria-hidden />
        {t("groups_give")}
      </Button>
    </form>
  );
}
