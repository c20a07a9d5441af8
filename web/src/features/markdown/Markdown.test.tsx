import { render, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { Rendered } from "./Rendered";

function show(text: string, streaming = false) {
  return render(<Rendered text={text} streaming={streaming} />).container;
}

test("a reply with everything in it", () => {
  const page = show(
    "# Title\n\nSome **bold** and `code`, a [link](https://example.org/x), $5 and $6.\n\n- one\n- [x] two\n\n| a | b |\n|---|---|\n| 1 | 2<br>3 |\n\n```python\nprint(1)\n```\n\n<script>alert(1)</script>\n\nNote[^1].\n\n[^1]: The note.\n",
  );
  expect(page.querySelector("h3")?.textContent).toBe("Title");
  expect(page.querySelector("strong")?.textContent).toBe("bold");
  expect(page.querySelector("a")?.getAttribute("href")).toBe("https://example.org/x");
  expect(page.querySelectorAll("td")).toHaveLength(2);
  expect(page.querySelector("pre")?.textContent).toBe("print(1)");
  expect(page.querySelector("script")).toBeNull();
  expect(page.textContent).toContain("<script>alert(1)</script>");
  expect(page.textContent).toContain("$5 and $6");
});

test.each(["$x^2$", "\\(x^2\\)", "$$x^2$$", "\\[\nx^2\n\\]", "text \\[x^2\\] text"])(
  "the formula %s",
  async (text) => {
    const page = show(text);
    await waitFor(() => expect(page.querySelector("math msup")).not.toBeNull());
  },
);

test.each([
  ["| phase | الشمس |\n|---|---|\n| new | ١ |", "ltr"],
  ["| الطور | sun |\n|---|---|\n| محاق | 1 |", "rtl"],
  ["| 1 | 2 |\n|---|---|\n| **3** | 4 |", null],
])("a table runs as its words do: %j", (text, direction) => {
  expect(show(text).querySelector("table")?.getAttribute("dir")).toBe(direction);
});

test("a footnote may be called before a colon", () => {
  const page = show("Two bulges[^1]:\n\nand more.\n\n[^1]: Without continents.\n");
  expect(page.textContent).not.toContain("[^1]");
  expect(page.textContent).toContain("Without continents.");
});

test.each([
  ["1. القمر يجذب الماء.\n2. تدور الأرض.", "rtl"],
  ["- tides\n- المد", "ltr"],
])("a list runs as its words do: %j", (text, direction) => {
  expect(show(text).querySelector("ol, ul")?.getAttribute("dir")).toBe(direction);
});
