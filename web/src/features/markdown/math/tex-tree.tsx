/**
 * TeX to React nodes by way of KaTeX's own tree: no string of HTML is ever made or read. KaTeX writes MathML 3; what
 * of it browsers do not draw (https://www.w3.org/TR/mathml-core/) is said in another way here.
 */
import katex from "katex";
import { type CSSProperties, createElement, type ReactNode } from "react";
import "./math.css";
import { hasLetters, mathLetters } from "./letters";

interface Drawn {
  node: ReactNode;
}

interface Wrong {
  /** In KaTeX's words; null: the source is too long. */
  reason: string | null;
}

/** KaTeX's tree: MathML elements with their attributes, texts, and spaces. */
interface KatexNode {
  type?: string;
  text?: string;
  attributes?: Record<string, string>;
  children?: KatexNode[];
  /** Of a space, in em. */
  width?: number;
}

const ELEMENTS = new Set(
  (
    "math mi mn mo mtext ms mspace mrow mfrac msqrt mroot mstyle mpadded mphantom menclose msub msup msubsup munder " +
    "mover munderover mmultiscripts mprescripts none mtable mtr mtd mlabeledtr"
  ).split(" "),
);

const ATTRIBUTES = new Set(
  (
    "accent accentunder depth display displaystyle fence form height largeop linethickness lspace mathcolor mathsize " +
    "maxsize minsize movablelimits rspace scriptlevel separator stretchy symmetric voffset width"
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

function convert(node: KatexNode, key: number, depth: number, more: Record<string, unknown> = {}): ReactNode {
  if (typeof node.text === "string") return node.text;
  if (depth > DEEPEST) throw new Error("too deep");
  const type = node.type ?? "";
  if (type === "" && typeof node.width === "number") return space(node.width, key);
  if (type === "annotation") return null;
  const given = node.attributes ?? {};
  const children =
    type === "mtable"
      ? rows(node, depth)
      : (node.children?.map((child, index) => convert(child, index, depth + 1)) ?? []);
  // Wrappers that HTML needs, and links, which do not come through, leave only what is in them.
  if (!ELEMENTS.has(type)) return createElement(Passing, { key }, ...children);
  if (type === "menclose")
    return createElement("mrow", { key, className: enclosure(given.notation) }, ...children);
  if (type === "mpadded" && given.width?.startsWith("+")) return roomy(given.width, key, children);
  const line = (type === "mover" || type === "munder") && lineOf(node);
  if (line) return createElement("mrow", { key, className: line }, children[0]);
  const attributes: Record<string, unknown> = { key, ...more };
  for (const [name, value] of Object.entries(given)) {
    if (ATTRIBUTES.has(name) && VALUE.test(value)) attributes[name] = value;
  }
  return createElement(
    type,
    attributes,
    ...(given.mathvariant ? styled(type, given.mathvariant, children, attributes) : children),
  );
}

function space(width: number, key: number | string): ReactNode {
  return createElement("mspace", { key, width: `${Number(width.toFixed(4))}em` });
}

/** `width="+0.6em"`: that much more than what is inside, half on each side. */
function roomy(width: string, key: number, children: ReactNode[]): ReactNode {
  const half = Number.parseFloat(width) / 2 || 0;
  return createElement("mrow", { key }, space(half, "before"), ...children, space(half, "after"));
}

/** A line over or under a whole term: no font's line is as long as that. */
function lineOf(node: KatexNode): string | null {
  const mark = node.children?.[1];
  if (mark?.type !== "mo" || mark.children?.[0]?.text !== "‾") return null;
  return node.type === "mover" ? "math-line-over" : "math-line-under";
}

const ENCLOSURES: Readonly<Record<string, string>> = {
  box: "math-box",
  updiagonalstrike: "math-strike-up",
  downdiagonalstrike: "math-strike-down",
  "updiagonalstrike downdiagonalstrike": "math-strike-both",
  horizontalstrike: "math-strike",
};

const enclosure = (notation = "") => ENCLOSURES[notation] ?? "math-box";

/** Letters of another style: mathematics has its own, words and the rest take the look of text. */
function styled(
  type: string,
  variant: string,
  children: ReactNode[],
  attributes: Record<string, unknown>,
): ReactNode[] {
  if (variant === "normal") attributes.mathvariant = variant;
  else if (type !== "mtext" && hasLetters(variant)) {
    return children.map((child) => (typeof child === "string" ? mathLetters(child, variant) : child));
  } else {
    if (type === "mi") attributes.mathvariant = "normal";
    const looks = [
      variant.includes("bold") && "font-bold",
      variant.includes("italic") && "italic",
      variant.includes("sans-serif") && "font-sans",
      variant.includes("monospace") && "font-mono",
    ];
    attributes.className = looks.filter(Boolean).join(" ");
  }
  return children;
}

const EM = /^\d{0,3}\.?\d{0,6}em$/;
const ALIGNMENTS = new Set(["left", "right", "center"]);

/** The rows of a table, whose cells say themselves how they are aligned, and what parts them from others. */
function rows(table: KatexNode, depth: number): ReactNode[] {
  const given = table.attributes ?? {};
  const list = (name: string) => given[name]?.split(" ") ?? [];
  const [aligned, between, under] = [list("columnalign"), list("columnlines"), list("rowlines")];
  const apart = (name: string, index: number) => {
    const all = list(name);
    const value = all[index] ?? all.at(-1) ?? "";
    return EM.test(value) ? value : name === "columnspacing" ? "0.8em" : "0.3em";
  };
  return (table.children ?? []).map((row, y, allRows) => {
    const cells = (row.children ?? []).map((cell, x, all) => {
      const look: CSSProperties = {
        paddingInlineStart: x === 0 ? 0 : `calc(${apart("columnspacing", x - 1)} / 2)`,
        paddingInlineEnd: x === all.length - 1 ? 0 : `calc(${apart("columnspacing", x)} / 2)`,
        paddingBlock: `calc(${apart("rowspacing", y)} / 2 + 0.1em)`,
      };
      const align = aligned[x];
      if (align && ALIGNMENTS.has(align)) look.textAlign = align as "left";
      if (isLine(between[x])) look.borderInlineEnd = `1px ${between[x]}`;
      if (isLine(under[y]) && y < allRows.length - 1) look.borderBlockEnd = `1px ${under[y]}`;
      return convert(cell, x, depth + 2, {
        ref: (element: MathMLElement | null) => applyLook(element, look),
      });
    });
    return createElement("mtr", { key: y }, ...cells);
  });
}

/** By hand, as an element of MathML that a browser does not know has no style. */
function applyLook(element: MathMLElement | null, look: CSSProperties): void {
  if (element?.style) Object.assign(element.style, look);
}

const isLine = (name: string | undefined) => name === "solid" || name === "dashed";

function Passing({ children }: { children?: ReactNode }) {
  return children;
}
