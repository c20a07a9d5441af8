import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import { formulaTree } from "./tex-tree";

function drawn(source: string): HTMLElement {
  const tree = formulaTree(source, true);
  if (!("node" in tree)) throw new Error(tree.reason ?? "too long");
  return render(<span>{tree.node}</span>).container;
}

test.each([
  ["\\mathbb{R}", "ℝ"],
  ["\\mathbb{A}", "𝔸"],
  ["\\mathcal{L}", "ℒ"],
  ["\\mathfrak{g}", "𝔤"],
  ["\\mathbf{v1}", "𝐯𝟏"],
  ["\\boldsymbol{\\alpha}", "𝜶"],
  ["\\mathrm{d}", "d"],
  ["\\mathsf{S}", "S"],
])("%s has letters of its own", (source, shown) => {
  expect(drawn(source).textContent).toBe(shown);
});

test("spaces take room", () => {
  const widths = [...drawn("a\\,b\\quad c\\qquad d\\hspace{3em}e").querySelectorAll("mspace")];
  expect(widths.map((each) => each.getAttribute("width"))).toEqual(["0.1667em", "1em", "2em", "3em"]);
});

test("the label of an arrow has its whole width and some room", () => {
  const label = drawn("A \\xrightarrow{\\text{label}} B").querySelector("mover");
  expect(label?.querySelectorAll("mspace")).toHaveLength(2);
  expect(label?.querySelector("mpadded")).toBeNull();
});

test.each([
  ["\\boxed{x}", "math-box"],
  ["\\cancel{x}", "math-strike-up"],
  ["\\bcancel{x}", "math-strike-down"],
  ["\\xcancel{x}", "math-strike-both"],
  ["\\overline{AB}", "math-line-over"],
  ["\\underline{AB}", "math-line-under"],
])("%s has its line", (source, name) => {
  expect(drawn(source).querySelector(`mrow.${name}`)).not.toBeNull();
});
