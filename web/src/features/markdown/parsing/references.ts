/** What one block of a text needs from others: link definitions, and the numbers of footnotes. */
import type { Block } from "./blocks";

export interface References {
  /** By label, as labels are compared: the source of the definition. */
  links: ReadonlyMap<string, string>;
  /** By label: the number, in the order in which the text first refers to them. */
  notes: ReadonlyMap<string, number>;
  /** The blocks in which footnotes are defined. */
  noteBlocks: readonly Block[];
}

export const NO_REFERENCES: References = { links: new Map(), notes: new Map(), noteBlocks: [] };

const LINK = /^ {0,3}\[(?!\^)([^\]\n]{1,200})\]:[ \t]*\S[^\n]*$/gm;
const NOTE = /^ {0,3}\[\^([^\]\s]{1,200})\]:/gm;
/** A definition, whose label is no call, or a call; a call may well stand before a colon. */
const CALL = /^ {0,3}\[\^[^\]\s]{1,200}\]:|\[\^([^\]\s]{1,200})\]/gm;
const LABEL = /\[([^[\]\n]{1,200})\]/g;
const MOST = 2000;

const same = (label: string) => label.trim().replace(/\s+/g, " ").toLowerCase();

/** Finds them in all blocks; the same object when nothing of it changed. */
export function collectReferences(blocks: readonly Block[], before: References): References {
  const links = new Map<string, string>();
  const defined = new Set<string>();
  const noteBlocks: Block[] = [];
  for (const block of blocks) {
    if (block.kind === "code" || block.kind === "math" || !block.source.includes("]:")) continue;
    for (const [source, label = ""] of block.source.matchAll(LINK)) {
      if (links.size < MOST && !links.has(same(label))) links.set(same(label), source);
    }
    let here = false;
    for (const [, label = ""] of block.source.matchAll(NOTE)) {
      if (defined.size >= MOST) break;
      defined.add(same(label));
      here = true;
    }
    if (here) noteBlocks.push(block);
  }
  if (links.size + defined.size === 0) return NO_REFERENCES;
  const notes = numberNotes(blocks, defined);
  const unchanged =
    equal(links, before.links) &&
    equal(notes, before.notes) &&
    noteBlocks.length === before.noteBlocks.length &&
    noteBlocks.every((block, index) => block === before.noteBlocks[index]);
  return unchanged ? before : { links, notes, noteBlocks };
}

function numberNotes(blocks: readonly Block[], defined: ReadonlySet<string>): Map<string, number> {
  const notes = new Map<string, number>();
  if (defined.size === 0) return notes;
  for (const block of blocks) {
    if (block.kind === "code" || block.kind === "math" || !block.source.includes("[^")) continue;
    for (const [, label] of block.source.matchAll(CALL)) {
      const key = same(label ?? "");
      if (defined.has(key) && !notes.has(key)) notes.set(key, notes.size + 1);
    }
  }
  return notes;
}

function equal<T>(one: ReadonlyMap<string, T>, other: ReadonlyMap<string, T>): boolean {
  if (one.size !== other.size) return false;
  for (const [key, value] of one) if (other.get(key) !== value) return false;
  return true;
}

/** The definitions that a block uses, to be parsed behind it. */
export function definitionsFor(source: string, references: References): string {
  if (references.links.size + references.notes.size === 0 || !source.includes("[")) return "";
  const used = new Set<string>();
  for (const [, label = ""] of source.matchAll(LABEL)) {
    const key = same(label);
    const link = references.links.get(key);
    if (link && !source.includes(link)) used.add(link);
    if (key.startsWith("^") && references.notes.has(key.slice(1))) used.add(`[${label}]: …`);
  }
  return used.size ? `\n\n${[...used].join("\n\n")}` : "";
}

/** The number of a footnote. */
export function noteNumber(label: string, references: References): number | undefined {
  return references.notes.get(same(label));
}
