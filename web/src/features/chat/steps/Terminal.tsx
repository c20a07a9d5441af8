import { useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import { readable } from "./terminal-text";

/** Characters that are shown: the last ones, where there are more. */
const MOST = 20_000;

/** Commands and what they print, as a terminal shows them; its end is in sight while there may come more. */
export function Terminal({ text, live, tall = false }: { text: string; live: boolean; tall?: boolean }) {
  const { t } = useTranslation("chat");
  const box = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what makes it longer
  useLayoutEffect(() => {
    if (live && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text, live]);
  return (
    <section
      ref={box}
      aria-label={t("step_terminal")}
      dir="ltr"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by the keyboard
      tabIndex={0}
      className={cx(
        "overflow-auto rounded-lg bg-sunken px-3 py-2 font-mono text-sm wrap-anywhere whitespace-pre-wrap",
        tall ? "max-h-[60dvh]" : "max-h-60",
      )}
    >
      {readable(text.slice(-MOST))}
    </section>
  );
}
