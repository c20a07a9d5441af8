import { memo, startTransition, useEffect, useLayoutEffect, useRef, useState } from "react";
import { highlighter, type TokenLines } from "./highlight";
import { languageOf } from "./languages";
import { lookOf } from "./token-lines";

interface Props {
  code: string;
  info: string;
  /** Whether it is whole; code that still grows is not coloured. */
  closed: boolean;
}

/** The code itself: plain while it grows, coloured when it is whole. */
export function CodeText({ code, info, closed }: Props) {
  const lines = useHighlighted(code, closed ? languageOf(info) : "");
  return lines ? <ColouredCode lines={lines} /> : <PlainCode code={code} />;
}

function useHighlighted(code: string, language: string): TokenLines | null {
  const [found, setFound] = useState<{ code: string; lines: TokenLines } | null>(null);
  useEffect(() => {
    if (!language || typeof Worker === "undefined") return;
    let wanted = true;
    void highlighter.highlight(code, language).then((lines) => {
      // As a transition: thousands of tokens are drawn in slices that leave room for typing.
      if (wanted && lines) startTransition(() => setFound({ code, lines }));
    });
    return () => {
      wanted = false;
    };
  }, [code, language]);
  if (!language) return null;
  return found?.code === code ? found.lines : highlighter.remembered(code, language);
}

/** Lines of one element; laying out what is appended costs no more than this many lines. */
const LINES = 50;

/** Code that may grow: only what is new reaches the page. */
function PlainCode({ code }: { code: string }) {
  const box = useRef<HTMLElement>(null);
  const shown = useRef("");
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (!code.startsWith(shown.current) || !element.hasChildNodes()) {
      element.replaceChildren();
      shown.current = "";
    }
    appendLines(element, code.slice(shown.current.length));
    shown.current = code;
  }, [code]);
  return <code ref={box} className="block" />;
}

/** Appends text to the last of an element's parts, beginning a new part every so many lines. */
function appendLines(element: HTMLElement, text: string): void {
  for (let at = 0; at < text.length; ) {
    let part = element.lastElementChild as HTMLElement | null;
    if (!part || Number(part.dataset.lines) >= LINES) {
      part = document.createElement("span");
      part.className = "block";
      part.dataset.lines = "0";
      part.append(document.createTextNode(""));
      element.append(part);
    }
    const before = Number(part.dataset.lines);
    let end = at;
    let lines = before;
    while (lines < LINES && end < text.length) {
      const next = text.indexOf("\n", end);
      end = next < 0 ? text.length : next + 1;
      if (next >= 0) lines++;
    }
    (part.firstChild as Text).appendData(text.slice(at, end));
    part.dataset.lines = String(lines);
    at = end;
  }
}

function ColouredCode({ lines }: { lines: TokenLines }) {
  const parts: TokenLines[] = [];
  for (let at = 0; at < lines.length; at += LINES) parts.push(lines.slice(at, at + LINES));
  return (
    <code className="block">
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity than their place
        <ColouredLines key={index} lines={part} />
      ))}
    </code>
  );
}

const ColouredLines = memo(function ColouredLines({ lines }: { lines: TokenLines }) {
  return (
    <span className="block">
      {lines.flat().map(([text, kind], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no other identity than their place
        <Coloured key={index} look={lookOf(kind)}>
          {text}
        </Coloured>
      ))}
    </span>
  );
});

function Coloured({ look, children }: { look: string | undefined; children: string }) {
  return look ? <span className={look}>{children}</span> : children;
}
