import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import { DataTable } from "../DataTable";
import {
  axisSteps,
  columnSums,
  firstShown,
  labelled,
  largestSeries,
  type Series,
  stackedBars,
} from "./scale";

/** Colours of series that can be told apart in both themes, also by most colour-blind people. */
const COLOURS = [
  "fill-[#1d5f7d] dark:fill-[#8ccbe6]",
  "fill-[#c98a1b] dark:fill-[#ffd98a]",
  "fill-[#4c9a62] dark:fill-[#7fd6a0]",
  "fill-[#8a5aa8] dark:fill-[#cfa6e6]",
  "fill-[#c0564d] dark:fill-[#ff9d95]",
  "fill-[#8b8b82] dark:fill-[#7b828d]",
] as const;

/** Pixels that a column takes at most, of which its bar fills 40. */
const WIDEST = 55;

interface BarChartProps {
  title: string;
  /** One for each column, as the axis shows them. */
  labels: readonly string[];
  series: readonly Series[];
  format: (value: number) => string;
  /** Counts, which have no halves. */
  whole?: boolean;
}

/**
 * Stacked bars over time. Each column can be reached with the arrow keys and says its figures, and all of them stand
 * in a table below. It runs with the page's direction.
 */
export function BarChart({ title, labels: allLabels, series: given, format, whole }: BarChartProps) {
  const { t, i18n } = useTranslation("console");
  const [at, setAt] = useState<number | null>(null);
  const heading = useId();
  const first = firstShown(given);
  const labels = allLabels.slice(first);
  const series = given.map((each) => ({ ...each, values: each.values.slice(first) }));
  const shown = largestSeries(series, COLOURS.length, t("chart_others"));
  const sums = columnSums(shown);
  const steps = axisSteps(Math.max(0, ...sums), 4, whole);
  const top = steps.at(-1) ?? 1;
  const bars = stackedBars(shown, top, i18n.dir() === "rtl");
  const total = sums.reduce((sum, value) => sum + value, 0);
  return (
    <figure aria-labelledby={heading} className="rounded-2xl border border-line bg-surface p-4 md:p-5">
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span id={heading} className="font-medium">
          {title}
        </span>
        <span className="text-sm text-ink-soft tabular-nums" aria-live="polite">
          {at === null
            ? t("chart_total", { total: format(total) })
            : `${labels[at]}: ${format(sums[at] ?? 0)}`}
        </span>
      </figcaption>
      <div className="mt-3 flex gap-2">
        <ol
          aria-hidden
          className="flex h-44 flex-col-reverse justify-between text-xs text-ink-faint tabular-nums"
        >
          {steps.map((step) => (
            <li key={step} className="h-0 -translate-y-2 text-end">
              {format(step)}
            </li>
          ))}
        </ol>
        <div className="relative h-44 min-w-0 flex-1">
          <svg
            aria-hidden
            viewBox="0 0 100 100"
            preserveAspectRatio="none"
            className="absolute inset-0 size-full overflow-visible"
          >
            {steps.map((step) => (
              <line
                key={step}
                x1="0"
                x2="100"
                y1={100 - (step / top) * 100}
                y2={100 - (step / top) * 100}
                vectorEffect="non-scaling-stroke"
                className="stroke-line"
              />
            ))}
          </svg>
          <div className="relative h-full" style={{ maxWidth: labels.length * WIDEST }}>
            <svg
              aria-hidden
              viewBox="0 0 100 100"
              preserveAspectRatio="none"
              className="absolute inset-0 size-full overflow-visible"
            >
              {bars.map((bar) => (
                <rect
                  key={`${bar.column}-${bar.series}`}
                  x={bar.x}
                  y={bar.y}
                  width={bar.width}
                  height={bar.height}
                  className={cx(
                    COLOURS[bar.series],
                    "transition-opacity",
                    at !== null && at !== bar.column && "opacity-45",
                  )}
                />
              ))}
            </svg>
            <Columns labels={labels} series={shown} sums={sums} format={format} title={title} onAt={setAt} />
            {at === null ? null : (
              <Hover at={at} labels={labels} series={shown} sums={sums} format={format} />
            )}
          </div>
        </div>
      </div>
      <div aria-hidden className="mt-2 flex gap-2 text-xs text-ink-faint">
        {/* As wide as the figures at the side. */}
        <span className="invisible h-0 overflow-hidden tabular-nums">
          {steps.map((step) => (
            <span key={step} className="block">
              {format(step)}
            </span>
          ))}
        </span>
        <ol className="flex min-w-0 flex-1" style={{ maxWidth: labels.length * WIDEST }}>
          {labelled(labels.length, 6).map((column, index, all) => (
            <li
              key={column}
              className="min-w-0 truncate"
              style={{ flexGrow: (all[index + 1] ?? labels.length) - column, flexBasis: 0 }}
            >
              {labels[column]}
            </li>
          ))}
        </ol>
      </div>
      {shown.length > 1 ? <Legend series={shown} at={at} format={format} /> : null}
      <Figures labels={labels} series={series} format={format} title={title} />
    </figure>
  );
}

/** The figures of the column under the pointer, beside it on the side where there is room. */
function Hover({
  at,
  labels,
  series,
  sums,
  format,
}: Pick<BarChartProps, "labels" | "series" | "format"> & { at: number; sums: readonly number[] }) {
  const share = (100 * (at + 0.5)) / labels.length;
  const parts = series.filter((each) => (each.values[at] ?? 0) > 0);
  return (
    <div
      aria-hidden
      data-hover
      className="pointer-events-none absolute top-0 z-10 mx-4 rounded-lg border border-line bg-raised px-3 py-2 text-xs whitespace-nowrap shadow-raised"
      style={share < 50 ? { insetInlineStart: `${share}%` } : { insetInlineEnd: `${100 - share}%` }}
    >
      <p className="text-ink-soft">{labels[at]}</p>
      <p className="text-sm font-semibold tabular-nums">{format(sums[at] ?? 0)}</p>
      {series.length > 1
        ? parts.map((each) => (
            <p key={each.name} className="flex justify-between gap-4">
              <bdi>{each.name}</bdi>
              <span className="tabular-nums">{format(each.values[at] ?? 0)}</span>
            </p>
          ))
        : null}
    </div>
  );
}

/** The columns as the keyboard and a screen reader meet them: one stop, then arrows. */
function Columns({
  labels,
  series,
  sums,
  format,
  title,
  onAt,
}: Pick<BarChartProps, "labels" | "series" | "format" | "title"> & {
  sums: readonly number[];
  onAt: (column: number | null) => void;
}) {
  const { i18n } = useTranslation("console");
  const list = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState(0);
  const reachable = Math.min(stop, labels.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    const forwards = i18n.dir() === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backwards = i18n.dir() === "rtl" ? "ArrowRight" : "ArrowLeft";
    const next = { [forwards]: reachable + 1, [backwards]: reachable - 1, Home: 0, End: labels.length - 1 }[
      event.key
    ];
    if (next === undefined || next < 0 || next >= labels.length) return;
    event.preventDefault();
    (list.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  const reading = (column: number) =>
    [
      `${labels[column]}: ${format(sums[column] ?? 0)}`,
      ...(series.length > 1
        ? series
            .filter((each) => (each.values[column] ?? 0) > 0)
            .map((each) => `${each.name}: ${format(each.values[column] ?? 0)}`)
        : []),
    ].join("; ");
  return (
    <div
      ref={list}
      role="listbox"
      aria-label={title}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      className="absolute inset-0 flex"
    >
      {labels.map((label, column) => (
        <div
          key={label}
          role="option"
          aria-selected={column === reachable}
          aria-label={reading(column)}
          tabIndex={column === reachable ? 0 : -1}
          onFocus={() => {
            setStop(column);
            onAt(column);
          }}
          onBlur={() => onAt(null)}
          onPointerEnter={() => onAt(column)}
          onPointerLeave={() => onAt(null)}
          className="h-full min-w-0 flex-1 rounded-sm"
        />
      ))}
    </div>
  );
}

function Legend({
  series,
  at,
  format,
}: {
  series: readonly Series[];
  at: number | null;
  format: (value: number) => string;
}) {
  return (
    <ul className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-sm">
      {series.map((each, index) => (
        <li key={each.name} className="flex items-center gap-1.5">
          <svg aria-hidden viewBox="0 0 10 10" className="size-2.5 shrink-0">
            <rect width="10" height="10" rx="2" className={COLOURS[index]} />
          </svg>
          <span dir="auto">{each.name}</span>
          <span className="text-ink-faint tabular-nums">
            {format(
              at === null ? each.values.reduce((sum, value) => sum + value, 0) : (each.values[at] ?? 0),
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Figures({
  labels,
  series,
  format,
  title,
}: Pick<BarChartProps, "labels" | "series" | "format" | "title">) {
  const { t } = useTranslation("console");
  const [open, setOpen] = useState(false);
  return (
    <details className="mt-3 text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit rounded text-ink-soft">{t("chart_as_table")}</summary>
      {open ? (
        <div className="mt-2">
          <DataTable
            caption={title}
            rows={labels.map((label, column) => ({ label, column }))}
            rowKey={(row) => row.label}
            columns={[
              { id: "label", label: t("chart_day"), cell: (row) => row.label },
              ...series.map((each) => ({
                id: each.name,
                label: each.name,
                numeric: true,
                cell: (row: { column: number }) => format(each.values[row.column] ?? 0),
              })),
            ]}
          />
        </div>
      ) : null}
    </details>
  );
}
