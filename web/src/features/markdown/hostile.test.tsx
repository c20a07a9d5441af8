import { readFileSync } from "node:fs";
import { render, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, test } from "vitest";
import { Rendered } from "./Rendered";

interface Sample {
  name: string;
  text?: string;
  before?: string;
  unit?: string;
  times?: number;
  after?: string;
}

// The same samples go through a real browser in tests/e2e/chat/test_injection.py.
const samples: Sample[] = JSON.parse(readFileSync("../tests/e2e/chat/hostile/samples.json", "utf8"));
/** Thousands of elements are slow here; the browser's test takes the samples whole. */
const MOST_TIMES = 60;
const textOf = ({ text, before = "", unit = "", times = 0, after = "" }: Sample) =>
  text ?? before + unit.repeat(Math.min(times, MOST_TIMES)) + after;

const ELEMENTS = new Set(
  (
    "a bdi blockquote br button code del div em figcaption figure h3 h4 h5 h6 hr iframe img input li ol p pre " +
    "section span strong sup table tbody td th thead tr ul svg path circle line rect polyline " +
    "math mi mn mo mtext ms mspace mrow mfrac msqrt mroot mstyle mpadded mphantom menclose msub msup msubsup munder " +
    "mover munderover mtable mtr mtd mlabeledtr"
  ).split(" "),
);
const ATTRIBUTES =
  /^(?:class|dir|title|href|target|rel|src|alt|type|checked|disabled|start|value|scope|tabindex|role|sandbox|referrerpolicy|style|aria-[a-z]+|data-(?:markdown|lines|call|note|state|tooltip)|xmlns|width|height|viewBox|fill|stroke|stroke-[a-z]+|d|x|y|x1|x2|y1|y2|cx|cy|r|rx|ry|points)$/;
const OF_MATHML =
  /^(?:display|displaystyle|scriptlevel|mathvariant|mathcolor|mathsize|stretchy|fence|form|separator|accent|accentunder|lspace|rspace|minsize|maxsize|movablelimits|largeop|symmetric|columnalign|columnlines|columnspacing|rowspacing|rowlines|rowalign|linethickness|notation|depth|voffset)$/;

/** What of a rendered text is not allowed to be there. */
function foreignNodes(root: Element): string[] {
  const found: string[] = [];
  for (const element of root.querySelectorAll("*")) {
    const name = element.localName;
    if (!ELEMENTS.has(name)) found.push(`<${name}>`);
    const isMath = element.closest("math") !== null;
    for (const { name: attribute, value } of element.attributes) {
      if (!ATTRIBUTES.test(attribute) && !(isMath && OF_MATHML.test(attribute)))
        found.push(`${name} ${attribute}`);
      if (attribute === "href" && !/^(?:https?:\/\/|mailto:)/.test(value)) found.push(`href ${value}`);
      if (
        attribute === "src" &&
        name === "img" &&
        !/^data:image\/(?:png|jpeg|webp|gif);base64,/.test(value)
      ) {
        found.push(`src ${value}`);
      }
      if (attribute === "src" && name === "iframe" && value !== "/diagram.html") found.push(`frame ${value}`);
    }
    if (name === "a" && element.getAttribute("rel") !== "noopener noreferrer nofollow") found.push("a rel");
    if (name === "iframe" && element.getAttribute("sandbox") !== "allow-scripts")
      found.push("iframe sandbox");
  }
  return found;
}

function show(text: string, streaming = false) {
  return render(<Rendered text={text} streaming={streaming} />);
}

afterEach(() => {
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

describe("hostile text", () => {
  test("there are enough samples, each with a name of its own", () => {
    expect(new Set(samples.map((sample) => sample.name)).size).toBe(samples.length);
    expect(samples.length).toBeGreaterThan(200);
  });

  test.each(samples.map((sample) => [sample.name, sample] as const))("%s", async (name, sample) => {
    const text = textOf(sample);
    const began = performance.now();
    const { container, unmount } = show(text);
    const took = performance.now() - began;
    if (name.startsWith("tex:")) {
      await waitFor(() => expect(container.querySelector("math, code[title], p, div")).not.toBeNull());
    }
    expect(foreignNodes(container)).toEqual([]);
    // Ten times what a browser takes; a hang is what this finds.
    expect(took).toBeLessThan(4000);
    unmount();
    if (text.length < 2000) {
      for (const part of [0.3, 0.6, 0.9]) {
        const half = show(text.slice(0, Math.floor(text.length * part)), true);
        expect(foreignNodes(half.container)).toEqual([]);
        half.unmount();
      }
    }
  });
});
