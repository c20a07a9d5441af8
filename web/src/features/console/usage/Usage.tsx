import { Download } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Select, TextField } from "@/components/field";
import { useFormat } from "@/lib/i18n/format";
import { BarChart } from "../components/charts/BarChart";
import { Stat, Stats } from "../components/charts/Stat";
import { curlLine, EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { Page, Section } from "../components/Page";
import { useFilters } from "../components/url-state";
import { useProject } from "../frame/project";
import { useGroupNames } from "./names";
import { csvAddress, useReport, useUnits, useWhose, type Whose } from "./queries";
import { type Bucket, type Grouping, rangeOf, seriesOf, totalsOf, type UnitLine } from "./report";

const DEFAULTS = { whose: "project", by: "model", days: "30", from: "", to: "" };
const GROUPINGS: readonly Grouping[] = ["model", "project_id", "api_key_id", "user_id"];

/** What was used and what it cost, as charts first. */
export default function Usage() {
  const { t } = useTranslation("console");
  const project = useProject();
  const choices = useWhose();
  const [filters, change] = useFilters(DEFAULTS);
  const whose: Whose = choices.find((each) => each === filters.whose) ?? "project";
  const grouping = GROUPINGS.find((each) => each === filters.by) ?? "model";
  const range = useMemo(
    () => rangeOf(filters.days, filters.from, filters.to, Date.now()),
    [filters.days, filters.from, filters.to],
  );
  const question = { whose, range, grouping };
  const report = useReport(question);
  const units = useUnits(question);
  return (
    <Page
      title={t("nav_usage")}
      text={t("usage_text")}
      actions={
        <a
          href={csvAddress(question, project)}
          download="usage.csv"
          className="inline-flex min-h-10 items-center gap-2 rounded-lg border border-line bg-surface px-4 font-medium hover:bg-hover"
        >
          <Download className="size-4" aria-hidden />
          {t("usage_csv")}
        </a>
      }
    >
      <div className="flex flex-wrap items-end gap-3 [&>*]:min-w-36">
        {choices.length > 1 ? (
          <Select
            label={t("usage_whose")}
            value={whose}
            onChange={(event) => change({ whose: event.target.value })}
          >
            {choices.map((each) => (
              <option key={each} value={each}>
                {t(`usage_whose_${each}`)}
              </option>
            ))}
          </Select>
        ) : null}
        <Select
          label={t("usage_by")}
          value={grouping}
          onChange={(event) => change({ by: event.target.value })}
        >
          {GROUPINGS.filter((each) => each !== "project_id" || whose === "organization").map((each) => (
            <option key={each} value={each}>
              {t(`usage_by_${each}`)}
            </option>
          ))}
        </Select>
        <Select
          label={t("usage_range")}
          value={filters.days}
          onChange={(event) => change({ days: event.target.value })}
        >
          {["7", "30", "90", "custom"].map((each) => (
            <option key={each} value={each}>
              {t(`usage_range_${each}`)}
            </option>
          ))}
        </Select>
        {filters.days === "custom" ? (
          <>
            <TextField
              label={t("usage_from")}
              type="date"
              value={filters.from}
              max={filters.to || undefined}
              onChange={(event) => change({ from: event.target.value })}
            />
            <TextField
              label={t("usage_to")}
              type="date"
              value={filters.to}
              min={filters.from || undefined}
              onChange={(event) => change({ to: event.target.value })}
            />
          </>
        ) : null}
      </div>
      <Loaded query={report}>{(buckets) => <Charts buckets={buckets} grouping={grouping} />}</Loaded>
      {units.data?.length ? <Units lines={units.data} /> : null}
    </Page>
  );
}

function Charts({ buckets, grouping }: { buckets: Bucket[]; grouping: Grouping }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const name = useGroupNames(grouping);
  const totals = totalsOf(buckets);
  if (totals.requests === 0) {
    return (
      <EmptyWithExample
        icon={<Download />}
        title={t("usage_empty")}
        text={t("usage_empty_text")}
        code={curlLine()}
      />
    );
  }
  const labels = buckets.map((bucket) =>
    format.date(bucket.start_time * 1000, { day: "numeric", month: "short", timeZone: "UTC" }),
  );
  const compact = (value: number) => format.number(value, { notation: "compact", maximumFractionDigits: 1 });
  return (
    <>
      <Stats>
        <Stat label={t("requests")} value={format.number(totals.requests)} />
        <Stat
          label={t("tokens")}
          value={compact(totals.tokens)}
          hint={t("tokens_in_out", { input: compact(totals.input), output: compact(totals.output) })}
        />
        <Stat label={t("cost")} value={format.money(totals.cost)} />
        <Stat
          label={t("usage_hosted")}
          value={totals.hosted === null ? "—" : format.money(totals.hosted)}
          hint={
            totals.hosted === null
              ? t("usage_hosted_unknown")
              : t("usage_hosted_for", { count: totals.compared, n: format.number(totals.compared) })
          }
        />
      </Stats>
      <div className="grid gap-4 lg:grid-cols-2">
        <BarChart
          title={t("usage_requests_by_day")}
          labels={labels}
          series={seriesOf(buckets, grouping, "requests", name)}
          format={compact}
          whole
        />
        <BarChart
          title={t("usage_cost_by_day")}
          labels={labels}
          series={seriesOf(buckets, grouping, "cost", name)}
          format={format.money}
        />
        <BarChart
          title={t("usage_input_by_day")}
          labels={labels}
          series={seriesOf(buckets, grouping, "input", name)}
          format={compact}
          whole
        />
        <BarChart
          title={t("usage_output_by_day")}
          labels={labels}
          series={seriesOf(buckets, grouping, "output", name)}
          format={compact}
          whole
        />
      </div>
      <p className="text-sm text-ink-faint">{t("usage_note")}</p>
    </>
  );
}

function Units({ lines }: { lines: UnitLine[] }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  return (
    <Section title={t("usage_units")} text={t("usage_units_text")}>
      <DataTable
        caption={t("usage_units")}
        rows={lines}
        rowKey={(line) => `${line.item} ${line.unit}`}
        columns={[
          {
            id: "item",
            label: t("usage_what"),
            cell: (line) => (
              <>
                <bdi>{line.item}</bdi> <span className="text-ink-faint">({t(`unit_${line.unit}`)})</span>
              </>
            ),
          },
          {
            id: "quantity",
            label: t("usage_quantity"),
            numeric: true,
            cell: (line) => format.number(line.quantity),
          },
          { id: "cost", label: t("cost"), numeric: true, cell: (line) => format.money(line.cost) },
        ]}
      />
    </Section>
  );
}
