import { render } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { Diagram } from "./Diagram";
import { Whole } from "./whole";

beforeEach(() => {
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
});

const frames = (whole: boolean) =>
  render(
    <Whole value={whole}>
      <Diagram source="graph LR; A-->B" info="mermaid" />
    </Whole>,
  ).container.querySelectorAll("iframe").length;

it("is drawn on paper wherever it stands, and on the screen only when somebody comes near", () => {
  expect(frames(true)).toBe(1);
  expect(frames(false)).toBe(0);
});
