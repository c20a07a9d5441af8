import { memo, useMemo, useRef } from "react";
import { BlockView } from "./elements/BlockView";
import { Footnotes } from "./elements/Footnotes";
import type { Block } from "./parsing/blocks";
import { splitBlocks } from "./parsing/blocks";
import { collectReferences, NO_REFERENCES, type References } from "./parsing/references";

interface Props {
  text: string;
  streaming?: boolean;
}

/** Markdown whose finished blocks stay as they are while the text grows. */
export function Rendered({ text, streaming = false }: Props) {
  const { groups, references } = useBlocks(text);
  return (
    <div data-markdown className="markdown min-w-0 space-y-3 overflow-clip [overflow-clip-margin:0.5rem]">
      {groups.map((blocks, index) => (
        <Group
          key={blocks[0]?.start}
          blocks={blocks}
          references={references}
          growing={streaming && index === groups.length - 1}
        />
      ))}
      <Footnotes references={references} />
    </div>
  );
}

const GROUP = 16;

/** Cuts the text; blocks, groups and references that did not change are the same objects as before. */
function useBlocks(text: string): { groups: readonly (readonly Block[])[]; references: References } {
  const last = useRef<{ text: string; blocks: readonly Block[]; references: References }>({
    text: "",
    blocks: [],
    references: NO_REFERENCES,
  });
  return useMemo(() => {
    const grown = text.startsWith(last.current.text);
    const blocks = splitBlocks(text, grown ? last.current.blocks : []);
    const references = collectReferences(blocks, last.current.references);
    last.current = { text, blocks, references };
    const groups: Block[][] = [];
    for (let at = 0; at < blocks.length; at += GROUP) groups.push(blocks.slice(at, at + GROUP));
    return { groups, references };
  }, [text]);
}

interface GroupProps {
  blocks: readonly Block[];
  references: References;
  growing: boolean;
}

const Group = memo(
  function Group({ blocks, growing, ...rest }: GroupProps) {
    return blocks.map((block, index) => (
      <BlockView key={block.start} block={block} growing={growing && index === blocks.length - 1} {...rest} />
    ));
  },
  (before, after) =>
    before.references === after.references &&
    before.growing === after.growing &&
    before.blocks.length === after.blocks.length &&
    before.blocks.at(-1) === after.blocks.at(-1) &&
    before.blocks[0] === after.blocks[0],
);
