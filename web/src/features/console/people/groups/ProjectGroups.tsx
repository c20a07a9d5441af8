import { useTranslation } from "react-i18next";
import { useAccess } from "../../access";
import { Section } from "../../components/Page";
import { GroupLink } from "./HeldRoles";
import { useProjectGroups } from "./queries";

/** The groups that take part in a project; nothing while there are none. */
export function ProjectGroups({ project }: { project: string }) {
  const { t } = useTranslation("console");
  const linked = useAccess().can("organization.read");
  const groups = useProjectGroups(project).data ?? [];
  if (groups.length === 0) return null;
  return (
    <Section title={t("people_groups")} text={t("groups_here_text")}>
      <ul className="flex flex-wrap gap-x-4 gap-y-2">
        {groups.map(({ group_id: id, group_name: name }) => (
          <li key={id}>{linked ? <GroupLink group={{ id, name }} /> : <bdi>{name}</bdi>}</li>
        ))}
      </ul>
    </Section>
  );
}
