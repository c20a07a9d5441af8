import type { RootContent } from "mdast";
import { memo, useMemo } from "react";
import type { Block } from "./blocks";
import { CodeBlock } from "./CodeBlock";
import { Formula } from "./Formula";
import { renderBlocks, type Surroundings } from "./nodes";
import { parse } from "./parse";
import { definitionsFor, type References } from "./references";

interface Props {
  block: Block;
  references: References;
  idPrefix: string;
  /** Whether more of it may come. */
  growing: boolean;
}

/** One block of the text. It renders again only when its own text changes, or what it refers to. */
export const BlockView = memo(function BlockView({ block, references, idPrefix, growing }: Props) {
  const definitions = definitionsFor(block.source, references);
  switch (block.kind) {
    case "code":
      return <CodeBlock code={codeOf(block)} info={block.info} closed={block.closed || !growing} />;
    case "math":
      if (block.closed)
        return <Formula source={block.source.slice(block.innerStart, block.innerEnd)} display />;
      return <p className="whitespace-pre-wrap">{block.source}</p>;
    default:
      return <Parsed {...{ source: block.source, definitions, references, idPrefix, growing }} />;
  }
});

function codeOf(block: Block): string {
  const code = block.source.slice(block.innerStart, block.innerEnd);
  return block.indent ? code.replace(new RegExp(`^ {1,${block.indent}}`, "gm"), "") : code;
}

interface ParsedProps {
  source: string;
  definitions: string;
  references: References;
  idPrefix: string;
  growing: boolean;
}

function Parsed({ source, definitions, references, idPrefix, growing }: ParsedProps) {
  return useMemo(() => {
    const whole = source + definitions;
    const tree = parse(whole);
    const around: Surroundings = {
      references,
      idPrefix,
      source: whole,
      growing,
      addresses: addressesIn(tree.children),
    };
    return <>{renderBlocks(tree.children, around)}</>;
  }, [source, definitions, references, idPrefix, growing]);
}

function addressesIn(nodes: readonly RootContent[]): Map<string, string> {
  const addresses = new Map<string, string>();
  for (const node of nodes) {
    if (node.type === "definition" && !addresses.has(node.identifier))
      addresses.set(node.identifier, node.url);
  }
  return addresses;
}
