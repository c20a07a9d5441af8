import { useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import { Button } from "@/components/button";
import type { Span } from "@/features/files";
import { cx } from "@/lib/class-names";
import { fromRight } from "../places/places";
import { type Block, type Marked, piecesOf, rowsOf } from "./blocks";

interface BlockTextProps {
  block: Block;
  /** Of the part. */
  text: string;
  marks: readonly Marked[];
  /** Where the reader is to look. */
  target: Span | null;
}

/** A heading, a paragraph or a table of a document. */
export function BlockText({ block, text, marks, target }: BlockTextProps) {
  const words = { text, marks, target };
  if (block.kind === "table") return <TableText block={block} {...words} />;
  if (block.kind === "heading") {
    const Heading = `h${Math.min(6, block.level + 2)}` as "h3";
    return (
      <Heading
        dir="auto"
        className={cx(
          "mt-2 leading-snug font-semibold",
          block.level === 1 ? "text-[1.4em]" : "text-[1.15em]",
        )}
      >
        <Words span={block} {...words} />
      </Heading>
    );
  }
  return (
    <p
      dir="auto"
      className="leading-relaxed whitespace-pre-wrap [contain-intrinsic-size:auto_6rem] [content-visibility:auto]"
    >
      <Words span={block} {...words} />
    </p>
  );
}

function Words({ span, text, marks, target }: Omit<BlockTextProps, "block"> & { span: Span }) {
  if (marks.length === 0) return <BidiText text={text.slice(span.start, span.end)} />;
  return piecesOf(text, span, marks).map((piece) =>
    piece.mark ? (
      <mark
        key={piece.start}
        data-mark={piece.mark}
        data-target={isAimed(piece.start, target) ? "" : undefined}
        className={cx(
          "rounded-sm text-[#1b1c1e]",
          piece.mark === "cited"
            ? "bg-[#ffd84d]"
            : isAimed(piece.start, target)
              ? "bg-[#ffb870]"
              : "bg-[#b9e3ff]",
        )}
      >
        {piece.text}
      </mark>
    ) : (
      <BidiText key={piece.start} text={piece.text} />
    ),
  );
}

const isAimed = (start: number, target: Span | null) =>
  target !== null && start >= target.start && start < target.end;

/** Rows that are drawn at first, beside those up to where the reader is to look. */
const ROWS = 300;

function TableText({ block, text, marks, target }: BlockTextProps) {
  const { t } = useTranslation("reading");
  const [all, setAll] = useState(false);
  const rows = rowsOf(text, block);
  const aimed = target ? rows.findIndex((row) => (row.at(-1)?.end ?? 0) >= target.start) : -1;
  const shown = all ? rows : rows.slice(0, Math.max(ROWS, aimed + ROWS / 2));
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset groups fields */}
      <div
        role="group"
        aria-label={t("table")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto rounded-lg border border-line"
      >
        <table
          dir={fromRight(text.slice(block.start, block.end)) ? "rtl" : "ltr"}
          className="w-full border-collapse text-[0.9em]"
        >
          <tbody>
            {shown.map((row) => (
              <tr key={row[0]?.start} className="border-b border-line last:border-0">
                {row.map((cell) => (
                  <td key={cell.start} dir="auto" className="min-w-16 px-2.5 py-1.5 align-top">
                    <Words
                      span={cell}
                      text={text}
                      marks={marks.filter((each) => each.start < cell.end && each.end > cell.start)}
                      target={target}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < rows.length ? (
        <Button size="small" onClick={() => setAll(true)} className="self-start">
          {t("rows_all", { count: rows.length })}
        </Button>
      ) : null}
    </>
  );
}
