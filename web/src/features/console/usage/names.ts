import { useTranslation } from "react-i18next";
import { useAccess } from "../access";
import { shortId } from "../components/Id";
import { useProjectName } from "../frame/project";
import { useAdminKeys, useProjectKeys } from "../keys/queries";
import { usePeopleNames } from "../people/queries";
import type { Grouping } from "./report";

/** What people call the groups of a report. */
export function useGroupNames(grouping: Grouping): (id: string | null) => string {
  const { t } = useTranslation("console");
  const project = useProjectName();
  const person = usePeopleNames();
  const { can } = useAccess();
  const keys = useProjectKeys(grouping === "api_key_id" && can("project.manage"));
  const admin = useAdminKeys(grouping === "api_key_id" && can("organization.read"));
  return (id) => {
    if (id === null) return t("usage_none");
    if (grouping === "project_id") return project(id);
    if (grouping === "user_id") return person(id);
    if (grouping === "api_key_id") {
      if (id.startsWith("sess_")) return t("usage_session");
      const key = [...(keys.data ?? []), ...(admin.data ?? [])].find((each) => each.id === id);
      return key ? key.name : shortId(id);
    }
    return id;
  };
}
