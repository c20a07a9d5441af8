/**
 * A tree of Markdown as React nodes. Each kind of node has one case that names its element and its attributes, so
 * nothing that somebody else wrote can bring an element, an attribute, a class or an id onto the page.
 */
import type { AlignType, List, ListItem, Nodes, Parents, PhrasingContent, RootContent, Table } from "mdast";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ALIGNED, cx } from "@/lib/class-names";
import { unmarked } from "@/lib/stream";
import { CodeBlock } from "../code/CodeBlock";
import { Formula } from "../math/Formula";
import { directionOf } from "../parsing/direction";
import { noteNumber, type References } from "../parsing/references";
import { FootnoteCall } from "./FootnoteCall";
import { Link } from "./Link";
import { MarkedText } from "./MarkedText";
import { Picture } from "./Picture";

export interface RenderContext {
  references: References;
  /** Where the links of this block lead that have a label instead of an address. */
  addresses: ReadonlyMap<string, string>;
  /** The text that was parsed, for what is shown as it was written. */
  source: string;
  /** Whether more may come: what only looks at whole things waits. */
  growing: boolean;
}

/** What is nested deeper is shown as it was written. */
const DEEPEST = 24;

export function renderBlocks(nodes: readonly RootContent[], context: RenderContext, depth = 0): ReactNode[] {
  return nodes.map((node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a node has no other identity than its place
    <Fragment key={index}>{renderBlock(node, context, depth)}</Fragment>
  ));
}

const HEADINGS = ["h3", "h4", "h5", "h6", "h6", "h6"] as const;
const HEADING_LOOKS = [
  "text-2xl",
  "text-xl",
  "text-[1.0625rem]",
  "text-base",
  "text-base",
  "text-base",
] as const;

function renderBlock(node: RootContent, context: RenderContext, depth: number): ReactNode {
  if (depth > DEEPEST) return asWritten(node, context);
  switch (node.type) {
    case "paragraph":
      return <p dir="auto">{renderInline(node, context, depth + 1)}</p>;
    case "heading": {
      const Heading = HEADINGS[node.depth - 1] ?? "h6";
      return (
        <Heading
          dir="auto"
          className={`mt-6 leading-snug font-semibold first:mt-0 ${HEADING_LOOKS[node.depth - 1]}`}
        >
          {renderInline(node, context, depth + 1)}
        </Heading>
      );
    }
    case "blockquote":
      return (
        <blockquote dir={directionOf(node)} className="border-s-3 border-line ps-4 text-ink-soft">
          {renderBlocks(node.children, context, depth + 1)}
        </blockquote>
      );
    case "list":
      return <ListOf list={node}>{renderItems(node, context, depth + 1)}</ListOf>;
    case "code":
      return <CodeBlock code={unmarked(node.value)} info={node.lang ?? ""} closed={!context.growing} />;
    case "table":
      return (
        <TableBox direction={directionOf(node)} head={renderHead(node, context, depth + 1)}>
          <tbody>{renderRows(node, context, depth + 1)}</tbody>
        </TableBox>
      );
    case "thematicBreak":
      return <hr className="border-line" />;
    case "definition":
    case "footnoteDefinition":
      return null;
    case "listItem":
    case "tableRow":
    case "tableCell":
    case "yaml":
    case "html":
      return asWritten(node, context);
    default:
      return <p dir="auto">{renderPhrase(node, context, depth + 1)}</p>;
  }
}

function renderInline(parent: Parents, context: RenderContext, depth: number): ReactNode[] {
  return (parent.children as PhrasingContent[]).map((node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a node has no other identity than its place
    <Fragment key={index}>{renderPhrase(node, context, depth)}</Fragment>
  ));
}

function renderPhrase(node: PhrasingContent, context: RenderContext, depth: number): ReactNode {
  if (depth > DEEPEST) return sourceOf(node, context);
  switch (node.type) {
    case "text":
    case "html":
      return <MarkedText text={node.value} />;
    case "strong":
      return <strong>{renderInline(node, context, depth + 1)}</strong>;
    case "emphasis":
      return <em>{renderInline(node, context, depth + 1)}</em>;
    case "delete":
      return <del>{renderInline(node, context, depth + 1)}</del>;
    case "inlineCode":
      return <code className="rounded bg-code px-1 py-0.5 text-[0.9em]">{unmarked(node.value)}</code>;
    case "break":
      return <br />;
    case "link":
      return (
        <Link address={unmarked(node.url)} says={textOf(node)}>
          {renderInline(node, context, depth + 1)}
        </Link>
      );
    case "image":
      return <Picture address={node.url} alt={node.alt ?? ""} />;
    case "linkReference":
    case "imageReference":
      return <Referred node={node} context={context} depth={depth} />;
    case "footnoteReference":
      return <FootnoteCall number={noteNumber(node.label ?? node.identifier, context.references)} />;
    case "tex":
      return <Formula source={unmarked(node.value)} display={node.display} />;
    default:
      return null;
  }
}

/** A list; its items come as children, in one piece or in many. */
export function ListOf({ list, children }: { list: List; children: ReactNode }) {
  // Its marks stand where its words begin.
  const direction = directionOf(list);
  if (list.ordered) {
    return (
      <ol dir={direction} start={list.start ?? 1} className="list-decimal space-y-1 ps-7">
        {children}
      </ol>
    );
  }
  const tasks = list.children.some((item) => typeof item.checked === "boolean");
  return (
    <ul dir={direction} className={tasks ? "list-none space-y-1 ps-1" : "list-disc space-y-1 ps-6"}>
      {children}
    </ul>
  );
}

export function renderItems(list: List, context: RenderContext, depth = 1): ReactNode[] {
  return list.children.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a node has no other identity than its place
    <Item key={index} item={item} context={context} depth={depth} />
  ));
}

function Item({ item, context, depth }: { item: ListItem; context: RenderContext; depth: number }) {
  const content = item.children.map((child, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a node has no other identity than its place
    <Fragment key={index}>
      {child.type === "paragraph" && !item.spread ? (
        <span className="block">{renderInline(child, context, depth + 1)}</span>
      ) : (
        renderBlock(child, context, depth + 1)
      )}
    </Fragment>
  ));
  if (typeof item.checked !== "boolean") {
    return (
      <li dir="auto" className="space-y-2">
        {content}
      </li>
    );
  }
  return (
    <li dir="auto" className="flex items-start gap-2">
      <TaskMark done={item.checked} />
      <div className="min-w-0 grow space-y-2">{content}</div>
    </li>
  );
}

/** Tells whether a task of a list is done. */
function TaskMark({ done }: { done: boolean }) {
  const { t } = useTranslation("markdown");
  const name = t(done ? "task_done" : "task_open");
  return <input type="checkbox" aria-label={name} checked={done} disabled className="mt-1.5" />;
}

interface TableBoxProps {
  /** Where its columns begin: its cells each have a direction of their own, so nothing can find it out from them. */
  direction: "ltr" | "rtl" | undefined;
  head: ReactNode;
  children: ReactNode;
}

/** A table in a box of its own that scrolls, with a head that stays. */
export function TableBox({ direction, head, children }: TableBoxProps) {
  const { t } = useTranslation("markdown");
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields
    <div
      className="wide max-h-[32rem] overflow-auto rounded-lg border border-line"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      role="group"
      aria-label={t("table")}
    >
      <table dir={direction} className="w-full border-collapse text-[0.9375rem] leading-6">
        <thead className="sticky top-0 bg-sunken">{head}</thead>
        {children}
      </table>
    </div>
  );
}

/** Where a column's words stand: its left is the side on which the table begins. */
function alignment(align: AlignType | undefined, direction: "ltr" | "rtl" | undefined): string {
  if (align === "center") return "text-center";
  if (align === "right") return direction === "rtl" ? "text-left" : "text-right";
  return ALIGNED;
}

/** Characters of a cell from which it is a text that needs a line's length. */
const SENTENCE = 60;

/** A cell breaks between words only, however narrow the page: the table scrolls instead. */
function cellLooks(
  cell: Parents,
  align: AlignType | undefined,
  direction: "ltr" | "rtl" | undefined,
): string {
  const width = textOf(cell).length > SENTENCE ? "min-w-48" : "min-w-20";
  return cx("px-3 py-2 [overflow-wrap:normal]", width, alignment(align, direction));
}

export function renderHead(table: Table, context: RenderContext, depth = 1): ReactNode {
  const direction = directionOf(table);
  return (
    <tr>
      {table.children[0]?.children.map((cell, index) => (
        <th
          // biome-ignore lint/suspicious/noArrayIndexKey: a cell has no other identity than its place
          key={index}
          dir="auto"
          scope="col"
          className={cx(
            "border-b border-line font-semibold",
            cellLooks(cell, table.align?.[index], direction),
          )}
        >
          {renderCell(cell, context, depth + 1)}
        </th>
      ))}
    </tr>
  );
}

export function renderRows(table: Table, context: RenderContext, depth = 1): ReactNode[] {
  const direction = directionOf(table);
  return table.children.slice(1).map((row, rowIndex) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other identity than its place
    <tr key={rowIndex} className="border-b border-line last:border-0">
      {row.children.map((cell, index) => (
        <td
          // biome-ignore lint/suspicious/noArrayIndexKey: a cell has no other identity than its place
          key={index}
          dir="auto"
          className={cx("align-top", cellLooks(cell, table.align?.[index], direction))}
        >
          {renderCell(cell, context, depth + 1)}
        </td>
      ))}
    </tr>
  ));
}

const BREAK = /<br\s{0,9}\/?>/i;

/** Of HTML a cell may hold a line break, which tables cannot have otherwise. */
function renderCell(cell: Parents, context: RenderContext, depth: number): ReactNode[] {
  return (cell.children as PhrasingContent[]).map((node, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a node has no other identity than its place
    <Fragment key={index}>
      {node.type === "text" && BREAK.test(node.value)
        ? node.value.split(BREAK).map((line, number) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other identity than its place
            <Fragment key={number}>
              {number ? <br /> : null}
              <MarkedText text={line} />
            </Fragment>
          ))
        : renderPhrase(node, context, depth)}
    </Fragment>
  ));
}

/** `[text][label]`, whose definition the parser has put at the end of the same tree. */
function Referred({
  node,
  context,
  depth,
}: {
  node: Extract<PhrasingContent, { type: "linkReference" | "imageReference" }>;
  context: RenderContext;
  depth: number;
}) {
  const address = context.addresses.get(node.identifier);
  if (address === undefined) return sourceOf(node, context);
  if (node.type === "imageReference") return <Picture address={address} alt={node.alt ?? ""} />;
  return (
    <Link address={address} says={textOf(node)}>
      {renderInline(node, context, depth + 1)}
    </Link>
  );
}

function asWritten(node: Nodes, context: RenderContext): ReactNode {
  return (
    <p dir="auto" className="whitespace-pre-wrap">
      {sourceOf(node, context)}
    </p>
  );
}

function sourceOf(node: Nodes, context: RenderContext): string {
  return context.source.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0);
}

/** The words of a node; short ones only, to compare with an address. */
function textOf(node: Nodes, depth = 0): string {
  if ("value" in node) return node.value;
  if (!("children" in node) || depth > DEEPEST) return "";
  return node.children.map((child) => textOf(child, depth + 1)).join("");
}
