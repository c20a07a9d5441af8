import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { PaletteOption } from "./PaletteOption";
import type { PaletteItem } from "./use-palette-items";

afterEach(cleanup);

const found = (more: Partial<PaletteItem>): PaletteItem => ({
  ...{ id: "chat", kind: "match", label: "قراءة ملف CSV", index: 0, run: () => {} },
  ...more,
});

const show = (item: PaletteItem) =>
  render(<PaletteOption id="line" item={item} active={false} onPoint={() => {}} onChoose={() => {}} />);

it("keeps a Latin name in an Arabic title in one piece", () => {
  show(found({}));
  const name = screen.getByText("CSV");
  expect(name.tagName).toBe("BDI");
  expect(name.className).toBe("inline-block");
});

it("keeps code in a passage in its order", () => {
  show(found({ snippet: "الدالة read_csv() تقرأ", highlights: [] }));
  expect(screen.getByText("read_csv()").getAttribute("dir")).toBe("ltr");
});
