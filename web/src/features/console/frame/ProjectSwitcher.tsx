import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "@/components/field";
import { chooseProject, useProject, useProjects } from "./project";

/** Chooses the project that everything in the console is about. */
export function ProjectSwitcher() {
  const { t } = useTranslation("console");
  const project = useProject();
  const projects = useProjects().filter((each) => each.status !== "archived" || each.id === project);
  const known = projects.some((each) => each.id === project);
  const gone = projects.length > 0 && !known;
  useEffect(() => {
    if (gone) chooseProject(null);
  }, [gone]);
  return (
    <Select label={t("project")} value={project} onChange={(event) => chooseProject(event.target.value)}>
      {known ? null : <option value={project}>{project}</option>}
      {projects.map((each) => (
        <option key={each.id} value={each.id}>
          {each.name}
        </option>
      ))}
    </Select>
  );
}
