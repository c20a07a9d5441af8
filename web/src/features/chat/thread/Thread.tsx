import { ArrowDown } from "lucide-react";
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { Loading } from "@/components/states";
import type { Turn } from "../turns/branch";
import { TurnView } from "./TurnView";
import { useGradually } from "./use-gradually";
import { useScroll } from "./use-scroll";

interface ThreadProps {
  /** Another one begins at its end. */
  id: string;
  turns: readonly Turn[];
  hasMore: boolean;
  loadOlder: () => Promise<void>;
  /** What follows the turns: messages on their way, and the queue. */
  children?: ReactNode;
  /** Under the thread, always in sight. */
  footer: ReactNode;
  handle: Ref<ThreadHandle>;
}

export interface ThreadHandle {
  toEnd(): void;
}

/** The turns of a chat, and under them what the person writes. */
export function Thread({ id, turns, hasMore, loadOlder, children, footer, handle }: ThreadProps) {
  const { t } = useTranslation("chat");
  const shown = useGradually(turns);
  const { area, content, away, toEnd } = useScroll(id);
  useImperativeHandle(handle, () => ({ toEnd }), [toEnd]);
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <section
        ref={area}
        aria-label={t("thread")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by the keyboard
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto @container overscroll-contain px-4 [overflow-anchor:none] focus-visible:outline-offset-[-3px]"
      >
        <div ref={content} className="mx-auto flex w-full max-w-[45rem] flex-col gap-6 pt-6 pb-10">
          {hasMore && shown.length === turns.length ? <Older load={loadOlder} area={area} /> : null}
          {shown.map((turn, index) => (
            <div
              key={turn.id}
              className={
                index < shown.length - 1
                  ? "[contain-intrinsic-size:auto_18rem] [content-visibility:auto]"
                  : ""
              }
            >
              <TurnView turn={turn} last={index === shown.length - 1} />
            </div>
          ))}
          {children}
        </div>
      </section>
      <div className="px-4 pb-3 [anchor-name:--footer]">
        <div className="relative mx-auto w-full max-w-[45rem]">
          {away ? (
            <IconButton
              label={t("to_newest")}
              look="outline"
              onClick={() => toEnd(true)}
              className="absolute start-1/2 -top-11 -translate-x-1/2 rounded-full! shadow-raised rtl:translate-x-1/2"
            >
              <ArrowDown />
            </IconButton>
          ) : null}
          {footer}
        </div>
      </div>
    </div>
  );
}

/** Loads the turns above when the reader comes near to them. */
function Older({ load, area }: { load: () => Promise<void>; area: React.RefObject<Element | null> }) {
  const { t } = useTranslation("chat");
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!mark.current) return;
    let busy = false;
    const seen = new IntersectionObserver(
      async (entries) => {
        if (busy || !entries.some((each) => each.isIntersecting)) return;
        busy = true;
        await load().catch(() => undefined);
        busy = false;
        // Still in sight after a short page or a failure: looked at again.
        if (mark.current) {
          seen.unobserve(mark.current);
          setTimeout(() => mark.current && seen.observe(mark.current), 300);
        }
      },
      { root: area.current, rootMargin: "1500px 0px 0px 0px" },
    );
    seen.observe(mark.current);
    return () => seen.disconnect();
  }, [load, area]);
  return (
    <div ref={mark}>
      <Loading label={t("loading_older")} className="p-2 text-sm" />
    </div>
  );
}
