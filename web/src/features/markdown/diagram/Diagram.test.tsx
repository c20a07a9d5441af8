import { render } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { ShowAll } from "../show-all";
import { Diagram } from "./Diagram";

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
    <ShowAll value={whole}>
      <Diagram source="graph LR; A-->B" info="mermaid" />
    </ShowAll>,
  ).container.querySelectorAll("iframe").length;

it("is drawn on paper wherever it stands, and on the screen only when somebody comes near", () => {
  expect(frames(true)).toBe(1);
  expect(frames(false)).toBe(0);
});
