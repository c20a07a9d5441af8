import type { Nodes } from "mdast";

const LETTER = /\p{L}/u;
const FROM_RIGHT = /\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Syriac}|\p{Script=Thaana}|\p{Script=Nko}/u;

/** The direction of what a node says, by its first letter; undefined where there is none: then the page's holds. */
export function directionOf(node: Nodes): "ltr" | "rtl" | undefined {
  if ("value" in node) {
    const letter = LETTER.exec(node.value)?.[0];
    return letter === undefined ? undefined : FROM_RIGHT.test(letter) ? "rtl" : "ltr";
  }
  if (!("children" in node)) return undefined;
  for (const child of node.children) {
    const found = directionOf(child);
    if (found) return found;
  }
  return undefined;
}
