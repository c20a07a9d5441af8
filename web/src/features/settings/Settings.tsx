import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { NotFound, Page } from "@/features/shell";
import { cx } from "@/lib/class-names";
import { About } from "./About";
import { Account } from "./Account";
import { DataTab } from "./DataTab";
import { General } from "./General";
import { Personal } from "./Personal";
import { ShortcutsTab } from "./ShortcutsTab";

const TABS = {
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
      <nav aria-label={t("settings")} className="-mt-3 flex gap-1 overflow-x-auto border-b border-line">
        {(Object.keys(TABS) as Tab[]).map((each) => (
          <Link
            key={each}
            href={`/settings/${each}`}
            aria-current={each === tab ? "page" : undefined}
            className={cx(
              "inline-flex min-h-10 items-center border-b-2 px-3 whitespace-nowrap -outline-offset-2 coarse:min-h-11",
              each === tab ? "border-accent font-medium" : "border-transparent text-ink-soft hover:text-ink",
            )}
          >
            {t(each)}
          </Link>
        ))}
      </nav>
      <Shown />
    </Page>
  );
}
