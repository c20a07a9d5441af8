import { UsersRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/states";
import { Badge } from "../../components/Badge";
import { Loaded } from "../../components/Loaded";
import { Page, Section } from "../../components/Page";
import { useProjectName } from "../../frame/project";
import { RoleName } from "../../keys/KeyTable";
import { Back } from "../Back";
import { type Held, HeldRoles } from "../groups/HeldRoles";
import { useGroups } from "../groups/queries";
import { useUser } from "../queries";

/** One person: where they take part, in which groups they are, and what they may do through these. */
export default function PersonPage({ id }: { id: string }) {
  const { t } = useTranslation("console");
  const person = useUser(id);
  const groups = useGroups(id);
  const projectName = useProjectName();
  // What is archived is not among the projects.
  const named = ({ id: at, name: kept }: { id: string; name: string }) =>
    projectName(at) === at ? kept : projectName(at);
  const name = person.data?.name || person.data?.email;
  return (
    <Page title={name ?? t("person")} text={person.data?.email}>
      <Back href="/console/people/users" label={t("people_users")} id={id} />
      <Loaded query={person}>
        {(found) => (
          <>
            <Section title={t("person_own_role")}>
              <p>
                <RoleName role={found.role === "reader" ? "viewer" : found.role} />
              </p>
            </Section>
            <Section title={t("people_projects")} text={t("person_projects_text")}>
              {found.projects?.data.length ? (
                <ul className="flex flex-wrap gap-1">
                  {found.projects.data.map((project) => (
                    <li key={project.id}>
                      <Badge>
                        <bdi>{named(project)}</bdi> · <RoleName role={project.role} />
                      </Badge>
                    </li>
                  ))}
                </ul>
              ) : (
                <p className="text-ink-faint">{t("person_no_projects")}</p>
              )}
            </Section>
            <Section title={t("person_groups")}>
              <Loaded query={groups}>
                {(list) => (
                  <HeldRoles
                    caption={t("person_groups")}
                    groups
                    rows={list.flatMap((group): Held[] =>
                      group.earthshine.roles.length
                        ? group.earthshine.roles.map((role) => ({ group, role }))
                        : [{ group, role: null }],
                    )}
                    empty={<Empty icon={<UsersRound />} title={t("person_no_groups")} />}
                  />
                )}
              </Loaded>
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  );
}
