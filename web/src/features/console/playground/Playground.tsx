import { Play, RotateCcw, Square } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { IS_MAC } from "@/lib/commands";
import { Page } from "../components/Page";
import { bodyOf, draftStore, EMPTY } from "./draft";
import { Form } from "./Form";
import { Result } from "./Result";
import { useRun } from "./use-run";

/** Tries a request, and shows the program that makes it. */
export default function Playground() {
  const { t } = useTranslation("console");
  const draft = draftStore.use();
  const { run, start, stop } = useRun();
  const [tried, setTried] = useState(false);
  const { body, faults } = bodyOf(draft);
  const running = run?.state === "running";

  function submit() {
    setTried(true);
    if (Object.keys(faults).length === 0) void start(body);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter" && (IS_MAC ? event.metaKey : event.ctrlKey)) {
      event.preventDefault();
      submit();
    }
  }

  return (
    <Page
      title={t("nav_playground")}
      text={t("playground_text")}
      actions={
        <>
          <Button
            onClick={() => {
              setTried(false);
              draftStore.set(EMPTY);
            }}
          >
            <RotateCcw className="size-4" aria-hidden />
            {t("playground_clear")}
          </Button>
          {running ? (
            <Button look="danger" onClick={stop}>
              <Square className="size-4" aria-hidden />
              {t("playground_stop")}
            </Button>
          ) : (
            <Button look="primary" onClick={submit} aria-keyshortcuts="Control+Enter Meta+Enter">
              <Play className="mirrored size-4" aria-hidden />
              {t("playground_run")}
            </Button>
          )}
        </>
      }
    >
      <div className="grid items-start gap-6 lg:grid-cols-2">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys work in all fields within */}
        <div onKeyDown={onKeyDown}>
          <Form
            draft={draft}
            faults={tried ? faults : {}}
            change={(part) => draftStore.set({ ...draft, ...part })}
          />
        </div>
        <Result run={run} body={{ ...body, stream: true }} />
      </div>
    </Page>
  );
}
