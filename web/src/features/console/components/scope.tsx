import { useTranslation } from "react-i18next";
import { Select } from "@/components/field";
import { useAccess } from "../access";
import { useProject, useProjectName } from "../frame/project";

/** The project that a screen is about; null for the whole organisation, which not everybody may look at. */
export function useScope(wanted: string): string | null {
  const { can } = useAccess();
  const project = useProject();
  return wanted === "all" && can("organization.read") ? null : project;
}

/** Lets who reads the whole organisation look at all of it. */
export function ScopeSelect({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const project = useProject();
  const nameOf = useProjectName();
  if (!can("organization.read")) return null;
  return (
    <Select label={t("project")} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{nameOf(project)}</option>
      <option value="all">{t("all")}</option>
    </Select>
  );
}
