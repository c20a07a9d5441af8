import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Tabs } from "@/components/navigation/tabs";
import { useMe } from "@/features/session";
import { useFormat } from "@/lib/i18n/format";
import { accessOf } from "../access";
import { Progress } from "../components/charts/Progress";
import { Stat, Stats } from "../components/charts/Stat";
import { Page } from "../components/Page";
import { useFilters } from "../components/url-state";
import { kindsOf } from "../devices/names";
import { useDevices } from "../devices/queries";
import { CatalogList } from "./CatalogList";
import { Downloads } from "./Downloads";
import { Installed } from "./Installed";
import { useEngines, useMachine } from "./queries";

const DEFAULTS = { tab: "installed" };

/** The models of this machine, and those that it could run. */
export default function Models() {
  const { t } = useTranslation("console");
  const [{ tab }, change] = useFilters(DEFAULTS);
  const { can } = accessOf(useMe().permissions);
  const operator = can("organization.read");
  const tabs = [
    { value: "installed", label: t("models_tab_installed"), content: <Installed /> },
    { value: "catalog", label: t("models_tab_catalog"), content: <CatalogList /> },
  ];
  return (
    <Page title={t("nav_models")} text={t("models_text")}>
      {operator ? <MachineFigures /> : null}
      {operator ? <Downloads /> : null}
      <Tabs label={t("nav_models")} tabs={tabs} value={tab} onChange={(value) => change({ tab: value })} />
    </Page>
  );
}

function MachineFigures() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const { data: machine } = useMachine(true);
  const { data: engines } = useEngines(10_000);
  const { data: devices } = useDevices();
  if (!machine) return null;
  const used = engines?.memory ?? 0;
  return (
    <Stats>
      <Stat
        label={t("machine_memory")}
        value={format.bytes(machine.memory)}
        hint={
          <Progress
            label={t("machine_models_memory")}
            part={used / Math.max(1, machine.memory_budget)}
            words={t("machine_used", { used: format.bytes(used), all: format.bytes(machine.memory_budget) })}
          />
        }
      />
      <Stat label={t("machine_cores")} value={format.number(machine.cores)} hint={<bdi>{machine.cpu}</bdi>} />
      <Stat
        label={t("machine_disk")}
        value={format.bytes(machine.disk_free)}
        hint={t("machine_disk_of", { all: format.bytes(machine.disk_total) })}
      />
      <Stat
        label={t("nav_devices")}
        value={format.number(devices?.data.length ?? machine.gpus.length)}
        hint={
          <Link href="/console/devices" className="text-accent underline">
            {devices?.data.length ? <bdi>{format.list(kindsOf(devices.data))}</bdi> : t("machine_no_gpu")}
          </Link>
        }
      />
    </Stats>
  );
}
