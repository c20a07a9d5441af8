/** TeX to React nodes by way of KaTeX's own tree: no string of HTML is ever made or read. */
import katex from "katex";
import { createElement, type ReactNode } from "react";

interface Drawn {
  node: ReactNode;
}

interface Wrong {
  /** In KaTeX's words; null: the source is too long. */
  reason: string | null;
}

/** KaTeX's tree: MathML elements with their attributes, and texts. */
interface KatexNode {
  type?: string;
  text?: string;
  attributes?: Record<string, string>;
  children?: KatexNode[];
}

const ELEMENTS = new Set(
  (
    "math mi mn mo mtext ms mspace mrow mfrac msqrt mroot mstyle mpadded mphantom menclose msub msup msubsup munder " +
    "mover munderover mmultiscripts mprescripts none mtable mtr mtd mlabeledtr"
  ).split(" "),
);

const ATTRIBUTES = new Set(
  (
    "accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form height " +
    "largeop linethickness lspace mathcolor mathsize mathvariant maxsize minsize movablelimits notation " +
    "rowalign rowlines rowspacing rspace scriptlevel separator stretchy symmetric voffset width"
  ).split(" "),
);
const VALUE = /^[-+#.%\w\s]{0,100}$/;
const LONGEST = 10_000;
const DEEPEST = 150;

/** KaTeX with what untrusted formulas must not do switched off. */
const OPTIONS = {
  output: "mathml",
  throwOnError: true,
  trust: false,
  strict: "ignore",
  maxExpand: 300,
  maxSize: 20,
} as const;

interface KatexInside {
  __renderToDomTree(source: string, options: object): KatexNode;
}

/** Returns the formula as nodes, or why it cannot be drawn. */
export function formulaTree(source: string, display: boolean): Drawn | Wrong {
  if (source.length > LONGEST) return { reason: null };
  try {
    const inside = katex as unknown as KatexInside;
    const tree = inside.__renderToDomTree(source, { ...OPTIONS, displayMode: display, macros: {} });
    return { node: convert(tree, 0, 0) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

function convert(node: KatexNode, key: number, depth: number): ReactNode {
  if (typeof node.text === "string") return node.text;
  if (depth > DEEPEST) throw new Error("too deep");
  const type = node.type ?? "";
  if (type === "annotation") return null;
  const children = node.children?.map((child, index) => convert(child, index, depth + 1)) ?? [];
  // Wrappers that HTML needs, and links, which do not come through, leave only what is in them.
  if (!ELEMENTS.has(type)) return createElement(Passing, { key }, ...children);
  const attributes: Record<string, string | number> = { key };
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    if (ATTRIBUTES.has(name) && VALUE.test(value)) attributes[name] = value;
  }
  return createElement(type, attributes, ...children);
}

function Passing({ children }: { children?: ReactNode }) {
  return children;
}
