import { Code, Maximize2, Workflow } from "lucide-react";
import { useContext, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { CodeFrame } from "../code/CodeFrame";
import { CodeText } from "../code/CodeText";
import { ShowAll } from "../show-all";
import { DiagramFrame } from "./DiagramFrame";
import { DiagramView } from "./DiagramView";

const LONGEST = 20_000;

interface Props {
  source: string;
  info: string;
}

/** A diagram drawn from its source, with the source one click away; the source alone where it cannot be drawn. */
export function Diagram({ source, info }: Props) {
  const { t } = useTranslation("markdown");
  const [outcome, setOutcome] = useState<"drawing" | "drawn" | { reason: string }>(
    source.length > LONGEST ? { reason: t("diagram_too_long") } : "drawing",
  );
  const [asSource, setAsSource] = useState(false);
  const [large, setLarge] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const near = useNear(box, useContext(ShowAll));
  const failed = typeof outcome === "object";
  const showsSource = asSource || outcome !== "drawn";
  return (
    <CodeFrame
      title={t("diagram")}
      code={source}
      info={info}
      copyLabel={t("copy_source")}
      tools={
        outcome === "drawn" ? (
          <>
            <IconButton label={t("enlarge")} onClick={() => setLarge(true)}>
              <Maximize2 aria-hidden />
            </IconButton>
            <IconButton
              label={asSource ? t("show_diagram") : t("show_source")}
              aria-pressed={asSource}
              onClick={() => setAsSource(!asSource)}
            >
              {asSource ? <Workflow aria-hidden /> : <Code aria-hidden />}
            </IconButton>
          </>
        ) : null
      }
    >
      <div ref={box} data-state={failed ? "wrong" : outcome} className="relative overflow-hidden bg-surface">
        {near && !failed ? (
          <DiagramFrame
            source={source}
            hidden={showsSource}
            onDrawn={() => setOutcome("drawn")}
            onWrong={(reason) => setOutcome({ reason: reason ?? t("diagram_silent") })}
          />
        ) : null}
        {showsSource ? (
          <pre className="max-h-[40rem] overflow-auto bg-code p-3 text-sm leading-relaxed">
            <CodeText code={source} info={info} closed />
          </pre>
        ) : null}
      </div>
      {large ? <DiagramView source={source} onClose={() => setLarge(false)} /> : null}
      {failed ? (
        <p dir="auto" className="border-t border-line px-3 py-2 text-xs text-bad">
          {t("diagram_wrong", { reason: outcome.reason })}
        </p>
      ) : null}
    </CodeFrame>
  );
}

/** Whether an element has been near the visible part of the page: what nobody scrolls to is not drawn. */
function useNear(element: React.RefObject<Element | null>, always: boolean): boolean {
  const [near, setNear] = useState(always);
  useEffect(() => {
    if (near || !element.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { rootMargin: "300px" },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [near, element]);
  return near;
}
