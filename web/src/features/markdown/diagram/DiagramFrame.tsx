import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { at } from "@/lib/base";
import { cx } from "@/lib/class-names";
import { type DiagramColours, type DrawRequest, readFrameMessage } from "./frame-messages";
import { useDark } from "./use-dark";

interface Props {
  source: string;
  /** How much wider than its room it may be drawn; drawn anew when it changes. */
  width?: number;
  hidden: boolean;
  onDrawn: () => void;
  /** With the library's words, or null when it did not answer in time. */
  onWrong: (reason: string | null) => void;
}

const PATIENCE_MS = 20_000;
const TALLEST = 3000;

/** The frame in which a diagram is drawn: scripts of ours without an origin, and no way out. */
export function DiagramFrame({ source, width = 1, hidden, onDrawn, onWrong }: Props) {
  const { t } = useTranslation("markdown");
  const frame = useRef<HTMLIFrameElement>(null);
  const [ready, setReady] = useState(false);
  const [height, setHeight] = useState(1);
  const dark = useDark();
  const turn = useRef(0);
  const listeners = useRef({ onDrawn, onWrong });
  useEffect(() => {
    listeners.current = { onDrawn, onWrong };
  });

  useEffect(() => {
    const timer = setTimeout(() => listeners.current.onWrong(null), PATIENCE_MS);
    const hear = (event: MessageEvent<unknown>) => {
      if (!frame.current || event.source !== frame.current.contentWindow) return;
      const said = readFrameMessage(event.data);
      if (said?.type === "ready") setReady(true);
      if (!said || said.type === "ready" || said.turn !== turn.current) return;
      clearTimeout(timer);
      if (said.type === "wrong") return listeners.current.onWrong(said.reason);
      setHeight(Math.min(said.height, TALLEST));
      listeners.current.onDrawn();
    };
    window.addEventListener("message", hear);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("message", hear);
    };
  }, []);

  useEffect(() => {
    if (!ready) return;
    turn.current += 1;
    const message: DrawRequest = { type: "draw", turn: turn.current, source, width, colours: colours(dark) };
    // A page without an origin cannot be named; the frame's address is ours, and it cannot leave it.
    frame.current?.contentWindow?.postMessage(message, "*");
  }, [ready, source, width, dark]);

  return (
    <iframe
      ref={frame}
      title={t("diagram")}
      src={at("/diagram.html")}
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      aria-hidden={hidden || undefined}
      tabIndex={hidden ? -1 : undefined}
      style={{ height }}
      className={cx("block w-full border-0", hidden && "invisible absolute inset-x-0 top-0")}
    />
  );
}

function colours(dark: boolean): DiagramColours {
  const style = getComputedStyle(document.documentElement);
  const role = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    dark,
    ground: role("ground"),
    surface: role("surface"),
    sunken: role("sunken"),
    line: role("line-strong"),
    ink: role("ink"),
    accentSoft: role("accent-soft"),
    font: "ui-sans-serif, system-ui, sans-serif",
  };
}
