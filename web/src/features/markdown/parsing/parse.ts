/** Markdown to a tree. Raw HTML is not a part of our Markdown: it stays the text that it is. */
import type { Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { tex, texFromMarkdown } from "../math/tex-syntax";

const withoutHtml = { disable: { null: ["htmlFlow", "htmlText"] } };
const extensions = [gfm({ singleTilde: false }), tex(), withoutHtml];
const mdastExtensions = [gfmFromMarkdown(), texFromMarkdown()];

/** Returns the tree of one block; throws where the parser's own stack is not deep enough. */
export function parse(source: string): Root {
  return fromMarkdown(source, { extensions, mdastExtensions });
}
