import { useTranslation } from "react-i18next";
import type { ScreenAction } from "@/lib/stream";
import { Arguments, Value } from "../approvals/Arguments";
import { ReplyText } from "../reply/ReplyText";
import { StepPictures } from "./StepPictures";
import { givenTo, useScreenWords } from "./step-words";
import { fenced, type Step } from "./steps";
import { Terminal } from "./Terminal";

/** Characters of what a tool returned that are shown. */
const MOST = 20_000;

/** What a step was asked for, and what came of it. */
export function StepDetails({ step }: { step: Step }) {
  const { t } = useTranslation("chat");
  return (
    <>
      <Asked step={step} />
      {step.error ? (
        <p dir="auto" className="text-sm wrap-anywhere text-bad">
          {step.error.slice(0, MOST)}
        </p>
      ) : null}
      {step.state === "running" ? <p className="text-sm text-ink-faint">{t("step_running")}</p> : null}
      {step.state === "failed" && !step.error && !saysMore(step) ? (
        <p className="text-sm text-ink-faint">{t("step_not_finished")}</p>
      ) : null}
    </>
  );
}

/** Whether what came back tells how it ended. */
function saysMore(step: Step): boolean {
  if (step.kind === "code") return step.printed !== "";
  return (step.kind === "server" || step.kind === "function") && step.output !== "";
}

function Asked({ step }: { step: Step }) {
  const { t } = useTranslation("chat");
  switch (step.kind) {
    case "code":
      return (
        <>
          {step.code ? (
            <ReplyText text={fenced(step.code, "python")} streaming={step.state === "running"} />
          ) : null}
          {step.printed ? <Value label={t("step_output")} text={step.printed.slice(0, MOST)} /> : null}
        </>
      );
    case "shell":
      return step.terminal ? <Terminal text={step.terminal} live={step.state === "running"} /> : null;
    case "screen":
      return (
        <>
          <Actions actions={step.actions} />
          <StepPictures pictures={step.pictures} step={step.key} />
        </>
      );
    case "server":
    case "function":
      return (
        <>
          <Arguments json={step.arguments} />
          {step.output ? <Value label={t("step_output")} text={step.output.slice(0, MOST)} /> : null}
          {step.kind === "function" ? <StepPictures pictures={step.pictures} step={step.key} /> : null}
        </>
      );
    case "web_search":
      return <Links urls={step.pages} />;
    case "web_page":
      return <Links urls={[step.url]} />;
    case "files":
      return (
        <ul className="text-sm">
          {step.names.map((name) => (
            <li key={name} className="wrap-anywhere">
              <bdi>{name}</bdi>
            </li>
          ))}
          {step.names.length === 0 && step.state === "done" ? <li>{t("step_nothing")}</li> : null}
        </ul>
      );
  }
}

/** What was done on the screen, one after the other. */
function Actions({ actions }: { actions: readonly ScreenAction[] }) {
  const words = useScreenWords();
  return (
    <ol className="text-sm">
      {actions.map((action, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: actions have no other identity than their place
        <li key={place} className="wrap-anywhere">
          {words(action.type)} <bdi className="text-ink-soft">{givenTo(action).slice(0, MOST)}</bdi>
        </li>
      ))}
    </ol>
  );
}

/** Addresses that can be opened; what is no address of the web is only named. */
function Links({ urls }: { urls: readonly string[] }) {
  const { t } = useTranslation("chat");
  if (urls.length === 0) return <p className="text-sm text-ink-faint">{t("step_nothing")}</p>;
  return (
    <ul className="flex flex-col gap-1 text-sm">
      {urls.map((url) => (
        <li key={url} dir="ltr" className="wrap-anywhere rtl:text-end">
          {/^https?:\/\//.test(url) ? (
            <a href={url} target="_blank" rel="noopener noreferrer" className="text-accent hover:underline">
              {url}
            </a>
          ) : (
            url
          )}
        </li>
      ))}
    </ul>
  );
}
