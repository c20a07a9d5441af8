import type { ReactNode } from "react";
import { cx } from "@/lib/class-names";
import { useNarrow } from "./use-narrow";

export interface Column<Row> {
  id: string;
  label: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the end. */
  numeric?: boolean;
  /** Buttons: without a label on a card. */
  actions?: boolean;
}

interface DataTableProps<Row> {
  /** What the table lists, for screen readers. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** On a phone two lines for each row instead of one for each column: the words, then the numbers. */
  compact?: boolean;
  /** What is shown instead when there are no rows. */
  empty?: ReactNode;
}

/** Rows with a head that stays in sight; on a phone each row is a card. The first column names the row. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const narrow = useNarrow();
  if (props.rows.length === 0 && props.empty) {
    return <div className="rounded-2xl border border-line bg-surface">{props.empty}</div>;
  }
  if (!narrow) return <Table {...props} />;
  return props.compact ? <Lines {...props} /> : <Cards {...props} />;
}

function Table<Row>({ caption, columns, rows, rowKey }: DataTableProps<Row>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields
    <div
      role="group"
      aria-label={caption}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-[75vh] overflow-auto rounded-2xl border border-line bg-surface"
    >
      <table className="w-full border-collapse text-start">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={cx(
                  "sticky top-0 z-10 border-b border-line bg-surface px-4 py-2.5 text-sm font-medium whitespace-nowrap text-ink-faint",
                  column.numeric ? "text-end" : "text-start",
                )}
              >
                {column.actions ? <span className="sr-only">{column.label}</span> : column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} className="relative border-b border-line last:border-0 hover:bg-ground">
              {columns.map((column, index) => {
                const Cell = index === 0 ? "th" : "td";
                return (
                  <Cell
                    key={column.id}
                    scope={index === 0 ? "row" : undefined}
                    className={cx(
                      "px-4 py-2.5 align-middle font-normal",
                      column.numeric && "text-end whitespace-nowrap tabular-nums",
                      column.actions && "text-end",
                      !column.numeric && !column.actions && "text-start",
                    )}
                  >
                    {column.cell(row)}
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cards<Row>({ caption, columns, rows, rowKey }: DataTableProps<Row>) {
  const [first, ...rest] = columns;
  return (
    <ul aria-label={caption} className="flex flex-col gap-3">
      {rows.map((row) => (
        <li key={rowKey(row)} className="relative rounded-2xl border border-line bg-surface p-4">
          <div className="font-medium">{first?.cell(row)}</div>
          <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-sm">
            {rest
              .filter((column) => !column.actions)
              .map((column) => (
                <div key={column.id} className="contents">
                  <dt className="text-ink-faint">{column.label}</dt>
                  <dd className="min-w-0 text-end">{column.cell(row)}</dd>
                </div>
              ))}
          </dl>
          {rest
            .filter((column) => column.actions)
            .map((column) => (
              <div key={column.id} className="mt-2 flex justify-end">
                {column.cell(row)}
              </div>
            ))}
        </li>
      ))}
    </ul>
  );
}

function Lines<Row>({ caption, columns, rows, rowKey }: DataTableProps<Row>) {
  const line = (row: Row, numeric: boolean) =>
    columns
      .filter((column) => Boolean(column.numeric) === numeric)
      .map((column) => (
        <div key={column.id} className="min-w-0 truncate">
          <dt className="sr-only">{column.label}</dt>
          <dd>{column.cell(row)}</dd>
        </div>
      ));
  return (
    <ul
      aria-label={caption}
      className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-surface"
    >
      {rows.map((row) => (
        <li key={rowKey(row)} className="relative px-4 py-2.5">
          <dl className="flex flex-col gap-1">
            <div className="flex items-center gap-x-3">{line(row, false)}</div>
            <div className="flex gap-x-4 text-sm text-ink-soft tabular-nums">{line(row, true)}</div>
          </dl>
        </li>
      ))}
    </ul>
  );
}
