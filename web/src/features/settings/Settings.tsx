import { useTranslation } from "react-i18next";
import { PageTabs } from "@/components/navigation/page-tabs";
import { NotFound, Page } from "@/features/shell";
import { About } from "./About";
import { Account } from "./account/Account";
import { DataTab } from "./data/DataTab";
import { General } from "./General";
import { Personal } from "./Personal";
import { ShortcutsTab } from "./ShortcutsTab";

/** The subjects, in their order. */
export const TABS = {
  general: General,
  personal: Personal,
  data: DataTab,
  account: Account,
  shortcuts: ShortcutsTab,
  about: About,
} as const;

type Tab = keyof typeof TABS;

/** What a person can set, one subject to an address. */
export default function Settings({ tab }: { tab: string }) {
  const { t } = useTranslation("settings");
  if (!Object.hasOwn(TABS, tab)) return <NotFound />;
  const Shown = TABS[tab as Tab];
  return (
    <Page title={t("settings")}>
      <PageTabs
        label={t("settings")}
        tabs={(Object.keys(TABS) as Tab[]).map((each) => ({
          href: `/settings/${each}`,
          label: t(each),
          current: each === tab,
        }))}
      />
      <Shown />
    </Page>
  );
}
