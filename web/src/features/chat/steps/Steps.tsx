import {
  ChevronRight,
  CircleX,
  FileSearch,
  Globe,
  LoaderCircle,
  Monitor,
  Plug,
  SquareCode,
  SquareTerminal,
  Wrench,
} from "lucide-react";
import { lazy, Suspense, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { Button } from "@/components/button";
import { cx } from "@/lib/class-names";
import { StepDetails } from "./StepDetails";
import { StepPictures } from "./StepPictures";
import { useStepWords } from "./step-words";
import type { Step } from "./steps";

const BrowserWindow = lazy(() => import("../browser/BrowserWindow"));

const ICONS = {
  code: SquareCode,
  shell: SquareTerminal,
  server: Plug,
  web_search: Globe,
  web_page: Globe,
  files: FileSearch,
  screen: Monitor,
  function: Wrench,
} as const;

/** What was done for a reply, one row to a step: open while it runs, folded when it is over, and there to be opened. */
export default function Steps({ steps, running }: { steps: readonly Step[]; running: boolean }) {
  const { t } = useTranslation("chat");
  // While it goes on, the newest view stays in sight.
  const view = running ? steps.findLast((step) => isView(step)) : undefined;
  return (
    <>
      <ul aria-label={t("steps")} className="flex min-w-0 flex-col gap-1">
        {steps.map((step) => (
          <li key={step.key} className="min-w-0">
            <Row step={step} live={step.state === "running" ? WATCHED.has(step.kind) : step === view} />
          </li>
        ))}
      </ul>
      {steps.some(isBrowsing) ? <LookAtBrowser /> : null}
    </>
  );
}

/** Whether it was done in the browser that the server runs. */
function isBrowsing(step: Step): boolean {
  return step.kind === "function" && step.name.startsWith("browser_");
}

function LookAtBrowser() {
  const { t } = useTranslation("chat");
  const [open, show] = useState(false);
  return (
    <>
      <Button size="small" className="self-start" onClick={() => show(true)}>
        <Monitor className="size-4" aria-hidden />
        {t("browser_look")}
      </Button>
      {open ? (
        <Suspense>
          <BrowserWindow onClose={() => show(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

/** Of the other steps the row says all until they are over. */
const WATCHED = new Set<Step["kind"]>(["code", "shell"]);

function isView(step: Step): boolean {
  return (step.kind === "screen" || step.kind === "function") && step.pictures.length > 0;
}

function Row({ step, live }: { step: Step; live: boolean }) {
  const { t } = useTranslation("chat");
  const panel = useId();
  const [chosen, choose] = useState<boolean | null>(null);
  const words = useStepWords()(step);
  const running = step.state === "running";
  const open = chosen ?? live;
  const Icon = ICONS[step.kind];
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => choose(!open)}
        className="-ms-1 flex min-h-8 max-w-full items-center gap-1.5 rounded-lg px-1 text-start text-sm text-ink-soft hover:text-ink coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0"
      >
        <ChevronRight className={cx("transition-transform", open ? "rotate-90" : "mirrored")} aria-hidden />
        {running ? <LoaderCircle className="animate-spin" aria-hidden /> : <Icon aria-hidden />}
        <span className="min-w-0 truncate">
          <BidiLine text={words} />
        </span>
        {running ? <span className="sr-only">{t("step_running")}</span> : null}
        {step.state === "failed" ? (
          <span className="flex shrink-0 items-center gap-1 text-bad">
            <CircleX aria-hidden />
            {t("step_failed")}
          </span>
        ) : null}
      </button>
      {open ? (
        <div id={panel} className="ms-1.5 mt-1 mb-2 flex min-w-0 flex-col gap-2 border-s-2 border-line ps-4">
          <StepDetails step={step} />
        </div>
      ) : null}
      {step.kind === "code" ? <StepPictures pictures={step.pictures} step={step.key} /> : null}
    </>
  );
}
