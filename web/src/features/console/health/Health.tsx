import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/field";
import { useMe } from "@/features/session";
import type { Schemas } from "@/lib/api";
import { useFormat } from "@/lib/i18n/format";
import { accessOf } from "../access";
import { Badge } from "../components/Badge";
import { Stat, Stats } from "../components/charts/Stat";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { Page, Section } from "../components/Page";
import { useMachine } from "../models/queries";
import { Installation } from "./Installation";
import { useHealth, useReady, useSettings } from "./queries";

type Setting = Schemas["Setting"];

/** Whether all is well, what the machine is, and the settings in force. */
export default function Health() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const { can } = accessOf(useMe().permissions);
  const operator = can("organization.read");
  const ready = useReady();
  const health = useHealth();
  const machine = useMachine(operator);
  return (
    <Page title={t("nav_health")} text={t("health_text")}>
      <Stats>
        <Stat
          label={t("health_ready")}
          value={
            <Badge tone={ready.data?.status === "ready" ? "good" : ready.data ? "bad" : "neutral"}>
              {ready.data ? t(`ready_${ready.data.status}`) : t("ready_unknown")}
            </Badge>
          }
          hint={ready.data?.failing.map((each) => t(`failing_${each}`, { defaultValue: each })).join(", ")}
        />
        <Stat label={t("health_version")} value={<bdi>{health.data?.version ?? "—"}</bdi>} />
        {machine.data ? (
          <>
            <Stat
              label={t("health_load")}
              value={
                machine.data.load === null
                  ? "—"
                  : format.number(machine.data.load, { maximumFractionDigits: 2 })
              }
              hint={t("health_cores", { count: machine.data.cores, n: format.number(machine.data.cores) })}
            />
            <Stat
              label={t("health_platform")}
              value={<bdi className="text-base">{machine.data.platform}</bdi>}
            />
          </>
        ) : null}
      </Stats>
      {can("installation.manage") ? <Installation /> : null}
      {machine.data ? (
        <Section title={t("health_engines")}>
          <DataTable
            caption={t("health_engines")}
            rows={machine.data.engines}
            rowKey={(engine) => engine.name}
            columns={[
              { id: "name", label: t("name"), cell: (engine) => <code>{engine.name}</code> },
              {
                id: "state",
                label: t("status"),
                cell: (engine) => (
                  <Badge tone={engine.available ? "good" : "neutral"}>
                    {t(engine.available ? "engine_available" : "engine_missing")}
                  </Badge>
                ),
              },
              {
                id: "detail",
                label: t("health_detail"),
                cell: (engine) => (engine.detail ? <bdi lang="en">{engine.detail}</bdi> : "—"),
              },
            ]}
          />
        </Section>
      ) : null}
      {operator ? <Settings /> : null}
    </Page>
  );
}

function Settings() {
  const { t } = useTranslation("console");
  const settings = useSettings(true);
  const [search, setSearch] = useState("");
  const [changed, setChanged] = useState(false);
  const matches = (setting: Setting) =>
    (!changed || setting.origin !== "default") &&
    `${setting.name} ${setting.description}`.toLowerCase().includes(search.trim().toLowerCase());
  return (
    <Section title={t("health_settings")} text={t("health_settings_text")}>
      <div className="flex flex-wrap items-end gap-4">
        <div className="w-72 max-w-full">
          <TextField
            label={t("health_search")}
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
        <label className="flex min-h-10 items-center gap-2">
          <input
            type="checkbox"
            className="size-4.5 accent-accent"
            checked={changed}
            onChange={(event) => setChanged(event.target.checked)}
          />
          {t("health_changed")}
        </label>
      </div>
      <Loaded query={settings}>
        {(list) => (
          <DataTable
            caption={t("health_settings")}
            rows={list.filter(matches)}
            rowKey={(setting) => setting.name}
            empty={<p className="p-6 text-center text-ink-faint">{t("health_none")}</p>}
            columns={[
              {
                id: "name",
                label: t("setting"),
                cell: (setting) => (
                  <span className="flex max-w-xl flex-col">
                    <code className="font-medium">{setting.name}</code>
                    <span lang="en" dir="ltr" className="text-sm text-ink-faint">
                      {setting.description}
                    </span>
                  </span>
                ),
              },
              {
                id: "value",
                label: t("setting_value"),
                cell: (setting) => <SettingValue setting={setting} />,
              },
              {
                id: "origin",
                label: t("setting_origin"),
                cell: (setting) => (
                  <Badge tone={setting.origin === "default" ? "neutral" : "accent"}>
                    {t(`origin_${setting.origin}`)}
                  </Badge>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}

function SettingValue({ setting }: { setting: Setting }) {
  const { t } = useTranslation("console");
  const derived = !setting.secret && JSON.stringify(setting.in_force) !== JSON.stringify(setting.value);
  const value: unknown = derived ? setting.in_force : setting.value;
  if (value === null || value === "") return <span className="text-ink-faint">{t("setting_empty")}</span>;
  return (
    <span className="flex flex-col">
      <code className="text-[0.8125rem] break-all">
        {typeof value === "string" ? value : JSON.stringify(value)}
      </code>
      {derived && setting.origin === "default" ? (
        <span className="text-sm text-ink-faint">{t("setting_derived")}</span>
      ) : null}
    </span>
  );
}
