import { useTranslation } from "react-i18next";
import { Arguments, Value } from "../approvals/Arguments";
import { ReplyText } from "../reply/ReplyText";
import { fenced, type Step } from "./steps";

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
  return (step.kind === "code" && step.printed !== "") || (step.kind === "server" && step.output !== "");
}

function Asked({ step }: { step: Step }) {
  const { t } = useTranslation("chat");
  switch (step.kind) {
    case "code":
      return (
        <>
          {step.code ? <ReplyText text={fenced(step.code, "python")} streaming={false} /> : null}
          {step.printed ? <Value label={t("step_output")} text={step.printed.slice(0, MOST)} /> : null}
        </>
      );
    case "server":
      return (
        <>
          <Arguments json={step.arguments} />
          {step.output ? <Value label={t("step_output")} text={step.output.slice(0, MOST)} /> : null}
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
