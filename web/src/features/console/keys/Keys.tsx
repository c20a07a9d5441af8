import { useTranslation } from "react-i18next";
import { Tabs } from "@/components/navigation/tabs";
import { useAccess } from "../access";
import { Page } from "../components/Page";
import { useFilters } from "../components/url-state";
import { AdminKeys } from "./AdminKeys";
import { ProjectKeys } from "./ProjectKeys";
import { ServiceAccounts } from "./ServiceAccounts";

const DEFAULTS = { tab: "project" };

/** The keys by which programs come in. */
export default function Keys() {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const [{ tab }, change] = useFilters(DEFAULTS);
  const tabs = [
    { value: "project", label: t("keys_tab_project"), content: <ProjectKeys /> },
    { value: "accounts", label: t("keys_tab_accounts"), content: <ServiceAccounts /> },
    ...(can("organization.read")
      ? [{ value: "admin", label: t("keys_tab_admin"), content: <AdminKeys /> }]
      : []),
  ];
  return (
    <Page title={t("nav_keys")} text={t("keys_text")}>
      <Tabs label={t("nav_keys")} tabs={tabs} value={tab} onChange={(value) => change({ tab: value })} />
    </Page>
  );
}
