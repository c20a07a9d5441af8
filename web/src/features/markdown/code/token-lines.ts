/** highlight.js's tree of tokens. */
export interface TokenTree {
  scope?: string;
  children: (TokenTree | string)[];
}

/** One stretch of code of one kind; the kind is empty for plain code. */
export type Token = readonly [text: string, kind: string];

/** Flattens a tree into the tokens of each line; each line but the last ends with its line feed. */
export function linesOf(tree: TokenTree): Token[][] {
  const lines: Token[][] = [[]];
  const walk = (node: TokenTree | string, kind: string) => {
    if (typeof node !== "string") {
      const inside = node.scope?.split(".")[0] ?? kind;
      for (const child of node.children) walk(child, inside);
      return;
    }
    const parts = node.split("\n");
    parts.forEach((part, index) => {
      const last = index === parts.length - 1;
      const text = last ? part : `${part}\n`;
      if (text) lines.at(-1)?.push([text, kind]);
      if (!last) lines.push([]);
    });
  };
  walk(tree, "");
  return lines;
}

const LOOKS: Record<string, string> = Object.assign(Object.create(null), {
  keyword: "text-accent",
  built_in: "text-accent",
  "selector-tag": "text-accent",
  tag: "text-accent",
  name: "text-accent",
  string: "text-good",
  regexp: "text-good",
  symbol: "text-good",
  addition: "text-good",
  link: "text-good",
  number: "text-warn",
  literal: "text-warn",
  attr: "text-warn",
  attribute: "text-warn",
  property: "text-warn",
  variable: "text-warn",
  "template-variable": "text-warn",
  comment: "text-ink-faint italic",
  quote: "text-ink-faint italic",
  doctag: "text-ink-faint italic",
  title: "font-semibold",
  section: "font-semibold",
  type: "text-bad",
  meta: "text-bad",
  deletion: "text-bad",
});

/** The classes of a kind of token; none for kinds that look like plain code. */
export function lookOf(kind: string): string | undefined {
  return LOOKS[kind];
}
