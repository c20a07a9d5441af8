import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { Tabs } from "@/components/navigation/tabs";
import { useAccess } from "../access";
import { Page } from "../components/Page";
import { Groups } from "./groups/Groups";
import { Invites } from "./Invites";
import { Links } from "./Links";
import { Members } from "./Members";
import { Projects } from "./Projects";
import { Roles } from "./roles/Roles";
import { Users } from "./Users";

/** Who may come in, and what they may do. */
export default function People({ tab }: { tab: string }) {
  const { t } = useTranslation("console");
  const [, go] = useLocation();
  const { can } = useAccess();
  const organization = can("organization.read");
  const tabs = [
    ...(organization
      ? [
          { value: "users", label: t("people_users"), content: <Users /> },
          { value: "invites", label: t("people_invites"), content: <Invites /> },
        ]
      : []),
    ...(can("project.manage")
      ? [{ value: "members", label: t("people_members"), content: <Members /> }]
      : []),
    ...(organization
      ? [
          { value: "projects", label: t("people_projects"), content: <Projects /> },
          { value: "groups", label: t("people_groups"), content: <Groups /> },
          { value: "roles", label: t("people_roles"), content: <Roles /> },
        ]
      : []),
    ...(organization || can("project.manage")
      ? [{ value: "links", label: t("people_links"), content: <Links /> }]
      : []),
  ];
  const here = tabs.some((each) => each.value === tab) ? tab : (tabs[0]?.value ?? "");
  return (
    <Page title={t("nav_people")} text={t("people_text")}>
      <Tabs
        label={t("nav_people")}
        tabs={tabs}
        value={here}
        onChange={(value) => go(`/console/people/${value}`)}
      />
    </Page>
  );
}
