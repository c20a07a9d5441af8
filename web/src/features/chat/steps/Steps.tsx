import { ChevronRight, CircleX, FileSearch, Globe, LoaderCircle, Plug, SquareTerminal } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { cx } from "@/lib/class-names";
import { useFormat } from "@/lib/i18n/format";
import { hostOf } from "../citations/host";
import { MadePictures } from "./MadePictures";
import { StepDetails } from "./StepDetails";
import type { Step } from "./steps";

const ICONS = {
  code: SquareTerminal,
  server: Plug,
  web_search: Globe,
  web_page: Globe,
  files: FileSearch,
} as const;

/** What was done for a reply, one row to a step: open while it runs, folded when it is over, and there to be opened. */
export default function Steps({ steps }: { steps: readonly Step[] }) {
  const { t } = useTranslation("chat");
  return (
    <ul aria-label={t("steps")} className="flex min-w-0 flex-col gap-1">
      {steps.map((step) => (
        <li key={step.key} className="min-w-0">
          <Row step={step} />
        </li>
      ))}
    </ul>
  );
}

function Row({ step }: { step: Step }) {
  const { t } = useTranslation("chat");
  const panel = useId();
  const [chosen, choose] = useState<boolean | null>(null);
  const words = useStepWords(step);
  const running = step.state === "running";
  // Code is worth watching; of the other steps the row says all until they are over.
  const open = chosen ?? (running && step.kind === "code");
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
      {step.kind === "code" ? <MadePictures pictures={step.pictures} step={step.key} /> : null}
    </>
  );
}

/** What a step does, in one line. */
function useStepWords(step: Step): string {
  const { t } = useTranslation("chat");
  const format = useFormat();
  switch (step.kind) {
    case "code":
      return t("step_code");
    case "server":
      return t("step_server", { name: step.name, server: step.server });
    case "web_search":
      return step.words.length > 0
        ? t("step_web_search", { words: format.list(step.words) })
        : t("step_web_search_begun");
    case "web_page":
      return step.pattern
        ? t("step_find", { words: step.pattern, page: hostOf(step.url) })
        : t("step_page", { page: step.title || hostOf(step.url) });
    case "files":
      return step.words.length > 0
        ? t("step_files", { words: format.list(step.words) })
        : t("step_files_begun");
  }
}
