import { useLayoutEffect, useRef } from "react";

interface Props {
  code: string;
  info: string;
  closed: boolean;
}

/** Lines of one element; laying out what is appended costs no more than this many lines. */
const LINES = 50;

/** The code itself. While it grows, only what is new reaches the page. */
export function CodeText({ code }: Props) {
  const box = useRef<HTMLElement>(null);
  const shown = useRef("");
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (!code.startsWith(shown.current)) {
      element.replaceChildren();
      shown.current = "";
    }
    appendLines(element, code.slice(shown.current.length));
    shown.current = code;
  }, [code]);
  return <code ref={box} />;
}

/** Appends text to the last of an element's parts, beginning a new part every so many lines. */
function appendLines(element: HTMLElement, text: string): void {
  let rest = text;
  while (rest) {
    let part = element.lastElementChild as HTMLElement | null;
    if (!part || Number(part.dataset.lines) >= LINES) {
      part = document.createElement("span");
      part.className = "block";
      part.dataset.lines = "0";
      part.append("");
      element.append(part);
    }
    const room = LINES - Number(part.dataset.lines);
    const end = endOfLines(rest, room);
    (part.firstChild as Text).appendData(rest.slice(0, end.at));
    part.dataset.lines = String(Number(part.dataset.lines) + end.lines);
    rest = rest.slice(end.at);
  }
}

function endOfLines(text: string, most: number): { at: number; lines: number } {
  let at = 0;
  for (let lines = 0; lines < most; lines++) {
    const next = text.indexOf("\n", at);
    if (next < 0) return { at: text.length, lines };
    at = next + 1;
  }
  return { at, lines: most };
}
