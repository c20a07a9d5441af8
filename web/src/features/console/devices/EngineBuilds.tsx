import { useTranslation } from "react-i18next";
import { useFormat } from "@/lib/i18n/format";
import { Badge } from "../components/Badge";
import { CodeBlock } from "../components/code/CodeBlock";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { Section } from "../components/Page";
import { commandIn } from "./advice";
import { type EngineBuild, useEngineBuilds } from "./queries";

/** The builds of the engine, what was measured of each, and what another one would gain. */
export function EngineBuilds() {
  const { t } = useTranslation("console");
  const builds = useEngineBuilds();
  return (
    <Section title={t("builds")} text={t("builds_text")}>
      <Loaded query={builds}>
        {({ data, advice }) => (
          <>
            <BuildTable builds={data} />
            {advice ? <Advice words={advice} /> : null}
          </>
        )}
      </Loaded>
    </Section>
  );
}

function BuildTable({ builds }: { builds: readonly EngineBuild[] }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  return (
    <DataTable
      caption={t("builds")}
      rows={builds}
      rowKey={(build) => build.name}
      columns={[
        { id: "name", label: t("name"), cell: (build) => <Name build={build} /> },
        {
          id: "devices",
          label: t("nav_devices"),
          cell: ({ devices }) =>
            devices.length ? (
              <bdi>{format.list(devices.map((each) => each.name))}</bdi>
            ) : (
              t("device_processor")
            ),
        },
        { id: "figures", label: t("build_figures"), cell: (build) => <Figures build={build} /> },
        {
          id: "gain",
          label: t("build_gain"),
          numeric: true,
          cell: ({ gain }) =>
            gain === null
              ? "—"
              : t("build_times", { times: format.number(gain, { maximumFractionDigits: 2 }) }),
        },
        {
          id: "status",
          label: t("status"),
          cell: ({ serves, fault }) =>
            serves ? (
              <Badge tone="good">{t("build_serves")}</Badge>
            ) : fault ? (
              <Badge tone="bad">{t("build_broken")}</Badge>
            ) : (
              <Badge>{t("build_there")}</Badge>
            ),
        },
      ]}
    />
  );
}

function Name({ build: { name, made_for, version, fault } }: { build: EngineBuild }) {
  return (
    <span className="flex max-w-md flex-col">
      <code className="font-medium break-all">{name}</code>
      <bdi lang="en" className="text-sm text-ink-faint">
        {[made_for, version].filter(Boolean).join(" · ")}
      </bdi>
      {fault ? (
        <bdi lang="en" className="text-sm break-words text-bad">
          {fault}
        </bdi>
      ) : null}
    </span>
  );
}

/** Tokens in a second, by model. */
function Figures({ build: { figures } }: { build: EngineBuild }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  if (figures.length === 0) return <span className="text-ink-faint">{t("build_not_measured")}</span>;
  return (
    <ul className="flex flex-col gap-1 max-md:items-end">
      {figures.map(({ model, reads, writes }) => (
        <li key={model} className="flex flex-col">
          <bdi className="text-sm text-ink-faint">{model}</bdi>
          <span className="tabular-nums">
            {t("build_rates", {
              reads: format.number(reads, { maximumFractionDigits: 0 }),
              writes: format.number(writes, { maximumFractionDigits: 1 }),
            })}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What another build would gain, in the server's words, and the command that makes it. */
function Advice({ words }: { words: string }) {
  const { t } = useTranslation("console");
  const command = commandIn(words);
  return (
    <div className="flex flex-col gap-2 rounded-2xl bg-accent-soft p-4">
      <p className="font-medium">{t("build_advice")}</p>
      <p lang="en" dir="ltr" className="text-sm break-words">
        {words}
      </p>
      {command ? <CodeBlock code={command} label={t("terminal")} /> : null}
    </div>
  );
}
