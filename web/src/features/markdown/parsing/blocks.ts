import { MOST_BLOCKS } from "./limits";

/**
 * Cuts a text at its top level into blocks that can be parsed one by one, so that a reply that grows is parsed again
 * only where it grows. A cut stands where CommonMark would end whatever stands before it; where that is not sure
 * there is no cut, which costs time but never changes what is shown.
 */
export type Kind = "text" | "code" | "math" | "list" | "table" | "rest";

export interface Block {
  kind: Kind;
  /** Where it begins in the whole text. */
  start: number;
  /** Its own text; the positions below are in it. */
  source: string;
  /** Whether what closes it has come: false only for a fence or a formula at the end of the text. */
  closed: boolean;
  /** Of code: the language as written after the fence. */
  info: string;
  /** What stands between the fences; of a table, what follows its head. */
  innerStart: number;
  innerEnd: number;
  /** Of a fence: how far it is indented. */
  indent: number;
  /** Of lists and tables: where their pieces begin that can be parsed alone (of a table, its head is in each). */
  pieces: number[];
}

const FENCE = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})(.*)$/;
const MATH = /^ {0,3}(\$\$|\\\[)/;
const ITEM = /^ {0,3}([-+*]|\d{1,9}[.)])(?:[ \t]|$)/;
const DELIMITER_ROW = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const HEADING = /^ {0,3}#{1,6}(?:[ \t]|$)/;
const ENDS_TABLE = /^ {0,3}(?:>|#{1,6}(?:[ \t]|$)|`{3}|~{3}|[-+*][ \t]|\d{1,9}[.)][ \t])/;
const LONGEST_FORMULA = 10_000;
/** Pieces of lists and tables are about this long. */
const PIECE = 2000;

/**
 * Goes on from the blocks of a shorter text with the same beginning. Only its last two are looked at again: the last
 * may turn out to belong to the one before it, as "1" does when "." follows.
 */
export function splitBlocks(text: string, known: readonly Block[] = []): Block[] {
  const blocks = known.slice(0, -2);
  const cutter = new Cutter(text, known.at(-2)?.start ?? known[0]?.start ?? 0);
  for (let block = cutter.next(blocks.length); block; block = cutter.next(blocks.length)) {
    const before = known[blocks.length];
    blocks.push(before && isSame(before, block) ? before : block);
  }
  return blocks;
}

function isSame(one: Block, other: Block): boolean {
  return (
    one.start === other.start &&
    one.kind === other.kind &&
    one.closed === other.closed &&
    one.innerEnd === other.innerEnd &&
    one.source === other.source
  );
}

class Cutter {
  private at: number;

  constructor(
    private readonly text: string,
    from: number,
  ) {
    this.at = from;
  }

  next(number: number): Block | null {
    this.skipBlankLines();
    if (this.at >= this.text.length) return null;
    if (number >= MOST_BLOCKS) return this.block("rest", this.at, this.text.length);
    const line = this.line(this.at);
    const fence = FENCE.exec(line);
    if (fence) return this.fence(fence);
    if (MATH.test(line)) {
      const formula = this.formula(line);
      if (formula) return formula;
    }
    return this.flow(line);
  }

  private skipBlankLines() {
    while (this.at < this.text.length) {
      const end = this.endOfLine(this.at);
      if (this.text.slice(this.at, end).trim() !== "") return;
      this.at = Math.min(end + 1, this.text.length);
    }
  }

  private endOfLine(from: number): number {
    const end = this.text.indexOf("\n", from);
    return end < 0 ? this.text.length : end;
  }

  private line(from: number): string {
    const end = this.endOfLine(from);
    return this.text.slice(from, this.text[end - 1] === "\r" ? end - 1 : end);
  }

  private block(
    kind: Kind,
    start: number,
    end: number,
    more: Partial<Omit<Block, "kind" | "start" | "source">> = {},
  ): Block {
    this.at = end;
    const { innerStart = start, innerEnd = end, pieces = [] } = more;
    return {
      kind,
      start,
      source: this.text.slice(start, end),
      closed: more.closed ?? true,
      info: more.info ?? "",
      innerStart: innerStart - start,
      innerEnd: innerEnd - start,
      indent: more.indent ?? 0,
      pieces: pieces.map((piece) => piece - start),
    };
  }

  private fence([, indent = "", mark = "", info = ""]: RegExpExecArray): Block {
    const start = this.at;
    const close = new RegExp(`^ {0,3}${mark[0]}{${mark.length},}[ \\t]*$`);
    const innerStart = Math.min(this.endOfLine(start) + 1, this.text.length);
    const closing = this.findLine(innerStart, mark.slice(0, 3), (line) => close.test(line));
    const common = { info: info.trim(), innerStart, indent: indent.length };
    if (closing < 0) {
      return this.block("code", start, this.text.length, {
        ...common,
        innerEnd: this.text.length,
        closed: false,
      });
    }
    const innerEnd = Math.max(innerStart, closing - 1);
    return this.block("code", start, this.endOfLine(closing), { ...common, innerEnd });
  }

  /** Returns where the first line begins that satisfies a condition, looking only at lines with a mark in them. */
  private findLine(from: number, mark: string, condition: (line: string) => boolean): number {
    for (let found = this.text.indexOf(mark, from); found >= 0; ) {
      const start = Math.max(from, this.text.lastIndexOf("\n", found) + 1);
      if (condition(this.line(start))) return start;
      found = this.text.indexOf(mark, this.endOfLine(found));
    }
    return -1;
  }

  /** A displayed formula with nothing else on its lines; null where the lines hold more than it. */
  private formula(line: string): Block | null {
    const start = this.at;
    const opening = line.trimStart().slice(0, 2);
    const innerStart = this.text.indexOf(opening, start) + 2;
    const closing = this.text.indexOf(opening === "$$" ? "$$" : "\\]", innerStart);
    if (closing < 0) {
      // What a blank line follows is not a formula that is still being written.
      const rest = this.text.slice(innerStart, innerStart + LONGEST_FORMULA);
      if (/\S\s*\n[ \t]*\r?\n/.test(rest) || rest.length === LONGEST_FORMULA) return null;
      return this.block("math", start, this.text.length, {
        innerStart,
        innerEnd: this.text.length,
        closed: false,
      });
    }
    const end = this.endOfLine(closing);
    if (this.text.slice(closing + 2, end).trim() !== "") return null;
    return this.block("math", start, end, { innerStart, innerEnd: closing });
  }

  /** Paragraphs, headings, quotes, lists, tables: up to the next place where a new block surely begins. */
  private flow(first: string): Block {
    const start = this.at;
    const isList = ITEM.test(first) && !RULE.test(first);
    if (HEADING.test(first)) return this.block("text", start, this.endOfLine(start));
    const pieces = [start];
    let isTable = false;
    let headEnd = start;
    let end = start;
    let blank = false;
    for (let at = start, number = 0; at < this.text.length; number++) {
      const line = this.line(at);
      const lineEnd = this.endOfLine(at);
      if (isTable && (line.trim() === "" || ENDS_TABLE.test(line))) break;
      if (line.trim() === "") {
        blank = true;
      } else {
        if (number > 0) {
          if (blank && !/^[ \t]/.test(line) && !(isList && ITEM.test(line))) break;
          if (!isList && !blank && (FENCE.test(line) || HEADING.test(line)) && !first.startsWith(">")) break;
          if (isList && ITEM.test(line) && !/^[ \t]/.test(line) && at - (pieces.at(-1) ?? 0) > PIECE)
            pieces.push(at);
          if (
            number === 1 &&
            !isList &&
            DELIMITER_ROW.test(line) &&
            line.includes("-") &&
            first.includes("|")
          ) {
            isTable = true;
            headEnd = lineEnd;
          } else if (
            isTable &&
            at - (pieces.at(-1) ?? 0) > PIECE + (pieces.length === 1 ? headEnd - start : 0)
          ) {
            pieces.push(at);
          }
        }
        blank = false;
        end = lineEnd;
      }
      at = lineEnd + 1;
    }
    const kind = isTable ? "table" : isList && pieces.length > 1 ? "list" : "text";
    return this.block(kind, start, end, { pieces, innerStart: isTable ? headEnd : start });
  }
}
