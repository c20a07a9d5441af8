import { Check } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "@/components/logo";
import { cx } from "@/lib/class-names";
import { siteName } from "@/lib/site-name";
import { STEPS, type Step } from "../progress";

/** The wizard's page: where one is, and the step. */
export function Frame({ step, children }: { step: Step; children: ReactNode }) {
  const { t } = useTranslation("setup");
  const main = useRef<HTMLElement>(null);
  const shown = useRef(step);
  const at = STEPS.indexOf(step);
  useEffect(() => {
    // A new step is read from its beginning; the first one keeps what the browser focuses.
    if (shown.current !== step) main.current?.focus();
    shown.current = step;
  }, [step]);
  return (
    <div className="flex min-h-full flex-col bg-ground">
      <header className="mx-auto flex w-full max-w-xl flex-col gap-5 px-6 pt-8">
        <p className="flex items-center gap-3 font-semibold">
          <Logo className="size-8" />
          {t("welcome", { name: siteName.use() })}
        </p>
        <nav aria-label={t("steps")}>
          <ol className="flex gap-2">
            {STEPS.map((each, index) => (
              <li
                key={each}
                aria-current={each === step ? "step" : undefined}
                className={cx(
                  "flex-1 border-t-4 pt-2 text-sm whitespace-nowrap",
                  index <= at ? "border-accent" : "border-line",
                  each === step ? "font-medium text-ink" : "text-ink-faint",
                )}
              >
                <span className="flex items-center gap-1">
                  {index < at ? (
                    <Check className="size-3.5 shrink-0 max-sm:hidden" aria-label={t("step_done")} />
                  ) : null}
                  {t(`step_${each}`)}
                </span>
              </li>
            ))}
          </ol>
        </nav>
      </header>
      <main ref={main} tabIndex={-1} className="mx-auto w-full max-w-xl flex-1 px-6 py-8 outline-none">
        {children}
      </main>
    </div>
  );
}
