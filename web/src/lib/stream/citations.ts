/** What a reply cites: annotations of its text, and what the server found wrong in it. */
import { citationOf, type FileCitation, type TextCheck } from "./annotations";
import type { OutputItem, Part } from "./items";

/** What stands at a place of a text: the number of a citation from 1, or of a check from 1. */
export interface CitedText {
  /** The text with marks in it; see `markOf`. */
  text: string;
  citations: readonly FileCitation[];
  checks: readonly TextCheck[];
}

/** Marks are brackets that Markdown takes for punctuation, with something invisible in them: no text has them by chance. */
const OPEN = "\u2045\u2063";
const CLOSE = "\u2063\u2046";
export const MARK = /\u2045\u2063([cx])(\d{1,4})\u2063\u2046/;
const ALL = new RegExp(MARK, "g");

/** `c`: a citation; `x`: something that was not found. */
export function markOf(kind: "c" | "x", number: number): string {
  return `${OPEN}${kind}${number}${CLOSE}`;
}

/** A text without its marks. */
export function unmarked(text: string): string {
  return text.includes(OPEN) ? text.replace(ALL, "") : text;
}

const NOTHING: CitedText = { text: "", citations: [], checks: [] };

/** The words of a reply with a mark at each citation; passages that are cited again keep their number. */
export function citedTextOf(output: readonly OutputItem[] | undefined): CitedText {
  const messages = (output ?? []).filter((item) => item.type === "message");
  if (messages.length === 0) return NOTHING;
  const citations: FileCitation[] = [];
  const checks: TextCheck[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (citation: FileCitation) => {
    const key = `${citation.file_id} ${citation.start} ${citation.end}`;
    const known = numbers.get(key);
    if (known) return known;
    citations.push(citation);
    numbers.set(key, citations.length);
    return citations.length;
  };
  const text = messages
    .map((item) => (item.content ?? []).map((part) => marked(part, numberOf, checks)).join(""))
    .join("\n\n");
  return { text, citations, checks };
}

function marked(part: Part, numberOf: (citation: FileCitation) => number, checks: TextCheck[]): string {
  const text = part.text ?? part.refusal ?? "";
  const marks: { at: number; mark: string }[] = [];
  for (const each of part.annotations ?? []) {
    const citation = citationOf(each);
    if (citation) marks.push({ at: citation.index, mark: markOf("c", numberOf(citation)) });
  }
  for (const check of part.checks ?? []) {
    checks.push(check);
    marks.push({ at: check.end, mark: markOf("x", checks.length) });
  }
  if (marks.length === 0) return text;
  marks.sort((one, other) => one.at - other.at);
  return insert(text, marks);
}

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/;
/** A row of a table, or a line that closes code: what stands behind it would change what it is. */
const CLOSING = /(?:[ \t]*\|[ \t]*|^ {0,3}(?:`{3,}|~{3,})[ \t]*)$/;

function insert(text: string, marks: readonly { at: number; mark: string }[]): string {
  const pairs = PAIR.test(text);
  const pieces: string[] = [];
  let from = 0;
  let characters = 0;
  for (const { at, mark } of marks) {
    let to = from;
    if (pairs)
      for (; characters < at && to < text.length; characters++)
        to += (text.codePointAt(to) ?? 0) > 0xffff ? 2 : 1;
    else to = Math.min(Math.max(at, from), text.length);
    const line = text.slice(text.lastIndexOf("\n", to - 1) + 1, to);
    const closing = CLOSING.exec(line)?.[0] ?? "";
    if (closing.includes("|") && to - closing.length >= from) {
      pieces.push(text.slice(from, to - closing.length), mark, closing);
    } else pieces.push(text.slice(from, to), closing ? `\n\n${mark}` : mark);
    from = to;
  }
  return pieces.join("") + text.slice(from);
}

/** The words of a reply as Markdown with a footnote for each citation, to be copied or kept. */
export function withFootnotes(
  { text, citations }: CitedText,
  note: (citation: FileCitation) => string,
): string {
  const words = text.replace(ALL, (_, kind: string, number: string) => (kind === "c" ? `[^${number}]` : ""));
  if (citations.length === 0) return words;
  const notes = citations.map((each, index) => `[^${index + 1}]: ${note(each).replace(/\s+/g, " ").trim()}`);
  return `${words.trimEnd()}\n\n${notes.join("\n")}`;
}
