import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { ErrorMessage } from "@/components/error-message";
import { Tabs } from "@/components/navigation/tabs";
import { Empty, Failure } from "@/components/states";
import { Markdown } from "@/features/markdown";
import { useFormat } from "@/lib/i18n/format";
import { type OutputItem, thoughtsOf } from "@/lib/stream";
import { apiBase } from "../components/code/EmptyWithExample";
import { EventList } from "../components/code/EventList";
import { type Item, Items } from "../components/code/Items";
import { useMilliseconds } from "../components/use-milliseconds";
import type { Body } from "./draft";
import { LANGUAGES, type Language, sampleOf } from "./samples";
import type { Run } from "./use-run";

type Tab = "reply" | "events" | "code";

/** The reply, its events, and the program that makes the same request. */
export function Result({ run, body }: { run: Run | null; body: Body }) {
  const { t } = useTranslation("console");
  const [tab, setTab] = useState<Tab>("reply");
  const tabs = [
    {
      value: "reply" as const,
      label: t("result_reply"),
      content: run ? (
        <Reply run={run} />
      ) : (
        <Empty icon={<FlaskConical />} title={t("result_empty")} text={t("result_empty_text")} />
      ),
    },
    {
      value: "events" as const,
      label: t("result_events"),
      content: <EventList label={t("result_events")} events={run?.events ?? []} />,
    },
    // What was run stays the sample until the next run, whatever is typed meanwhile.
    {
      value: "code" as const,
      label: t("result_code"),
      content: <Samples body={run?.body ?? body} ran={run !== null} />,
    },
  ];
  return (
    <div className="min-w-0 lg:sticky lg:top-6">
      <Tabs label={t("result")} tabs={tabs} value={tab} onChange={setTab} />
    </div>
  );
}

function Reply({ run }: { run: Run }) {
  const { t } = useTranslation("console");
  const { reply } = run.folded;
  const thoughts = thoughtsOf(reply);
  const shown = (reply?.output ?? []).filter((item: OutputItem) => item.type !== "reasoning");
  return (
    <div className="flex flex-col gap-4">
      {run.error ? <Failure error={run.error} /> : null}
      {reply?.error ? (
        <p role="alert" className="rounded-xl bg-bad-soft px-4 py-3 text-bad">
          <ErrorMessage fault={reply.error} />
        </p>
      ) : null}
      {thoughts ? (
        <details className="rounded-xl border border-line px-4 py-2 text-ink-soft">
          <summary>{t("result_thoughts")}</summary>
          <div dir="auto" className="pt-2 whitespace-pre-wrap">
            {thoughts}
          </div>
        </details>
      ) : null}
      <div aria-live="polite" aria-busy={run.state === "running"}>
        {shown.length > 0 ? (
          <Items items={shown as readonly Item[]} growing={run.state === "running"} />
        ) : null}
      </div>
      <Facts run={run} />
    </div>
  );
}

function Facts({ run }: { run: Run }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const milliseconds = useMilliseconds();
  const { reply } = run.folded;
  const usage = reply?.usage;
  const facts: [string, string][] = [];
  if (run.first !== null) facts.push([t("log_first"), milliseconds(run.first * 1000)]);
  if (run.whole !== null) facts.push([t("log_whole"), milliseconds(run.whole * 1000)]);
  if (usage) {
    facts.push([
      t("tokens"),
      t("tokens_in_out", {
        input: format.number(usage.input_tokens),
        output: format.number(usage.output_tokens),
      }),
    ]);
  }
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-1 text-sm text-ink-soft">
      <span role="status">
        {t(run.state === "ended" && reply ? `status_${reply.status}` : `run_${run.state}`)}
      </span>
      <dl className="flex flex-wrap gap-x-6 gap-y-1">
        {facts.map(([name, value]) => (
          <div key={name} className="flex gap-1.5">
            <dt className="text-ink-faint">{name}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {reply && run.state !== "running" ? (
        <Link href={`/console/log/${reply.id}`} className="text-accent underline">
          {t("run_journal")}
        </Link>
      ) : null}
    </div>
  );
}

/** Code in its colours: as a block of Markdown, whose fence is longer than any in the code. */
function Sample({ language, code }: { language: Language; code: string }) {
  const fence = "`".repeat(1 + Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  return <Markdown whole text={`${fence}${language === "curl" ? "bash" : language}\n${code}\n${fence}`} />;
}

const NAMES: Record<Language, string> = { python: "Python", javascript: "JavaScript", curl: "curl" };

function Samples({ body, ran }: { body: Body; ran: boolean }) {
  const { t } = useTranslation("console");
  const [language, setLanguage] = useState<Language>("python");
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm text-ink-soft">{t(ran ? "code_ran" : "code_would")}</p>
      <Tabs
        label={t("code_language")}
        value={language}
        onChange={setLanguage}
        tabs={LANGUAGES.map((each) => ({
          value: each,
          label: NAMES[each],
          content: <Sample language={each} code={sampleOf(each, apiBase(), body)} />,
        }))}
      />
    </div>
  );
}
