import type { List, Root, RootContent, Table } from "mdast";
import { memo, useMemo } from "react";
import { unmarked } from "@/lib/stream";
import { CodeBlock } from "../code/CodeBlock";
import { Formula } from "../math/Formula";
import type { Block } from "../parsing/blocks";
import { complete } from "../parsing/complete";
import { directionOf } from "../parsing/direction";
import { isReasonable, isReasonableInPieces } from "../parsing/limits";
import { parse } from "../parsing/parse";
import { definitionsFor, type References } from "../parsing/references";
import {
  ListOf,
  type RenderContext,
  renderBlocks,
  renderHead,
  renderItems,
  renderRows,
  TableBox,
} from "./nodes";
import { countRender } from "./render-count";
import { TooLarge } from "./TooLarge";

/** What all blocks of a text share. */
export interface Shared {
  references: References;
}

interface Props extends Shared {
  block: Block;
  /** Whether more of it may come. */
  growing: boolean;
}

/** One block of the text. It renders again only when its own text changes, or what it refers to. */
export const BlockView = memo(function BlockView({ block, growing, ...shared }: Props) {
  countRender();
  switch (block.kind) {
    case "code":
      return <CodeBlock code={codeOf(block)} info={block.info} closed={block.closed || !growing} />;
    case "math":
      if (block.closed)
        return <Formula source={unmarked(block.source.slice(block.innerStart, block.innerEnd))} display />;
      // Half a formula is a wrong formula: it shows when it is whole.
      return growing ? null : <TextBlock source={block.source} growing={false} {...shared} />;
    case "rest":
      return <TooLarge source={block.source} />;
    case "list":
    case "table":
      if (!isReasonableInPieces(block.source)) return <TooLarge source={block.source} />;
      return <Pieces block={block} growing={growing} {...shared} />;
    default:
      return <TextBlock source={block.source} growing={growing} {...shared} />;
  }
});

function codeOf(block: Block): string {
  const code = unmarked(block.source.slice(block.innerStart, block.innerEnd));
  return block.indent ? code.replace(new RegExp(`^ {1,${block.indent}}`, "gm"), "") : code;
}

interface TextProps extends Shared {
  source: string;
  growing: boolean;
}

function TextBlock({ source, growing, ...shared }: TextProps) {
  const parsed = useParsed(source, growing, shared);
  if (!parsed) return <TooLarge source={source} />;
  return renderBlocks(parsed.tree.children, parsed.context);
}

interface Parsed {
  tree: Root;
  context: RenderContext;
}

/** The tree of a source, or null where it is too large. */
function useParsed(source: string, growing: boolean, { references }: Shared): Parsed | null {
  const definitions = useMemo(
    () => (isReasonable(source) ? definitionsFor(source, references) : null),
    [source, references],
  );
  return useMemo(() => {
    if (definitions === null) return null;
    const whole = (growing ? complete(source) : source) + definitions;
    try {
      const tree = parse(whole);
      return {
        tree,
        context: { references, source: whole, growing, addresses: addressesIn(tree.children) },
      };
    } catch (error) {
      // The parser's own stack was not deep enough for what is nested here.
      if (error instanceof RangeError) return null;
      throw error;
    }
  }, [source, definitions, references, growing]);
}

function addressesIn(nodes: readonly RootContent[]): Map<string, string> {
  const addresses = new Map<string, string>();
  for (const node of nodes) {
    if (node.type === "definition" && !addresses.has(node.identifier))
      addresses.set(node.identifier, node.url);
  }
  return addresses;
}

interface PiecesProps extends Shared {
  block: Block;
  growing: boolean;
}

/** A long list or table, of which only the last piece renders again while it grows. */
function Pieces({ block, growing, ...shared }: PiecesProps) {
  const isTable = block.kind === "table";
  const head = isTable ? block.source.slice(0, block.innerStart) : "";
  const first = useParsed(isTable ? head : piece(block, 0), false, shared);
  const whole = first?.tree.children[0];
  if (!first || (whole?.type !== "list" && whole?.type !== "table")) {
    return <TextBlock source={block.source} growing={growing} {...shared} />;
  }
  const pieces = block.pieces.map((start, index) => (
    <Piece
      key={start}
      source={isTable && index > 0 ? `${head}\n${piece(block, index)}` : piece(block, index)}
      growing={growing && index === block.pieces.length - 1}
      {...shared}
    />
  ));
  if (whole.type === "table") {
    return (
      <TableBox direction={directionOf(whole)} head={renderHead(whole, first.context)}>
        {pieces}
      </TableBox>
    );
  }
  return <ListOf list={whole}>{pieces}</ListOf>;
}

function piece(block: Block, index: number): string {
  return block.source.slice(block.pieces[index], block.pieces[index + 1]).trimEnd();
}

const Piece = memo(function Piece({ source, growing, ...shared }: TextProps) {
  countRender();
  const parsed = useParsed(source, growing, shared);
  const first = parsed?.tree.children[0];
  if (parsed && first?.type === "table") return <tbody>{renderRows(first as Table, parsed.context)}</tbody>;
  if (parsed && first?.type === "list") return renderItems(first as List, parsed.context);
  return null;
});
