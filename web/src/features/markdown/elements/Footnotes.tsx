import { CornerRightUp } from "lucide-react";
import type { FootnoteDefinition, Nodes } from "mdast";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/lib/i18n/format";
import { directionOf } from "../parsing/direction";
import { isReasonable } from "../parsing/limits";
import { parse } from "../parsing/parse";
import { definitionsFor, noteNumber } from "../parsing/references";
import type { Shared } from "./BlockView";
import { goTo } from "./go-to";
import { renderBlocks } from "./nodes";

/** The footnotes of a text, at its end. */
export function Footnotes({ references }: Shared) {
  const { t } = useTranslation("markdown");
  const { number: written } = useFormat();
  const notes = useMemo(() => {
    const found = new Map<number, { note: FootnoteDefinition; source: string }>();
    for (const block of references.noteBlocks) {
      if (!isReasonable(block.source)) continue;
      const source = block.source + definitionsFor(block.source, references);
      for (const note of definitionsIn(parse(source))) {
        const number = noteNumber(note.label ?? note.identifier, references);
        if (number && !found.has(number)) found.set(number, { note, source });
      }
    }
    return [...found].sort(([one], [other]) => one - other);
  }, [references]);
  if (notes.length === 0) return null;
  return (
    <section aria-label={t("footnotes")} className="border-t border-line pt-3 text-sm text-ink-soft">
      <ol className="space-y-1">
        {notes.map(([number, { note, source }]) => (
          <li
            key={number}
            value={number}
            data-note={number}
            tabIndex={-1}
            // Its number stands where its words begin, whatever the page's direction is.
            dir={directionOf(note)}
            className="flex list-none gap-2"
          >
            <span aria-hidden>{written(number)}.</span>
            <div className="min-w-0 space-y-2 [&>p:last-of-type]:inline">
              {renderBlocks(note.children, {
                references,
                source,
                growing: false,
                addresses: new Map(),
              })}{" "}
              <button
                type="button"
                aria-label={t("back_to_text", { number: written(number) })}
                className="min-w-6 rounded text-accent hover:bg-hover"
                onClick={(event) => goTo(event.currentTarget, `[data-call="${number}"]`)}
              >
                <CornerRightUp className="mirrored inline size-4" aria-hidden />
              </button>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function definitionsIn(node: Nodes, depth = 0): FootnoteDefinition[] {
  if (node.type === "footnoteDefinition") return [node];
  if (!("children" in node) || depth > 10) return [];
  return node.children.flatMap((child) => definitionsIn(child, depth + 1));
}
