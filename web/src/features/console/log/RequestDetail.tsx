import { ArrowLeft, FlaskConical } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { Button } from "@/components/button";
import { ErrorMessage } from "@/components/error-message";
import { Failure, Loading } from "@/components/states";
import { useFormat } from "@/lib/i18n/format";
import { useAccess } from "../access";
import { Stat, Stats } from "../components/charts/Stat";
import { CodeBlock } from "../components/code/CodeBlock";
import { type Item, Items } from "../components/code/Items";
import { Id } from "../components/Id";
import { Loaded } from "../components/Loaded";
import { Page, Section, Sheet } from "../components/Page";
import { openInPlayground } from "../playground/draft";
import type { Unit } from "../usage/report";
import { Earlier } from "./Earlier";
import { beforeOf } from "./earlier";
import { JournalList } from "./JournalList";
import { type Continued, isRunning, type Journal, useContent, useJournal } from "./queries";
import { StatusBadge } from "./StatusBadge";
import { TimingBar } from "./TimingBar";

/** Everything that is known of one response. */
export default function RequestDetail({ id }: { id: string }) {
  const { t } = useTranslation("console");
  const journal = useJournal(id);
  const summary = journal.data?.pages.at(-1)?.summary;
  const [, go] = useLocation();
  const { can } = useAccess();
  return (
    <Page
      title={t("detail_title")}
      actions={
        summary && can("project.write") ? (
          <Button
            onClick={() => {
              openInPlayground(summary.request);
              go("/console/playground");
            }}
          >
            <FlaskConical className="size-4" aria-hidden />
            {t("detail_replay")}
          </Button>
        ) : null
      }
    >
      <div className="-mt-4 flex flex-wrap items-center gap-3">
        <Link href="/console/log" className="inline-flex items-center gap-1 text-accent">
          <ArrowLeft className="mirrored size-4" aria-hidden />
          {t("nav_log")}
        </Link>
        {summary ? <StatusBadge status={summary.status} /> : null}
        <Id id={id} whole />
      </div>
      {journal.error && !journal.data ? (
        <Failure error={journal.error} retry={() => void journal.refetch()} />
      ) : null}
      {journal.isPending ? <Loading className="min-h-40" /> : null}
      {summary ? (
        <>
          <Figures summary={summary} />
          <Section title={t("timing")}>
            <Sheet>
              <TimingBar summary={summary} />
            </Sheet>
          </Section>
          <Content id={id} running={isRunning(summary.status)} />
          <Section title={t("journal")} text={t("journal_text")}>
            <JournalList
              events={journal.data?.pages.flatMap((page) => page.data) ?? []}
              total={summary.events}
              begun={summary.queued_at_ms}
              more={journal.hasNextPage ? () => void journal.fetchNextPage() : null}
              busy={journal.isFetchingNextPage}
            />
          </Section>
          <Section title={t("detail_request")}>
            <CodeBlock code={JSON.stringify(summary.request, null, 2)} label={t("detail_request")} />
          </Section>
        </>
      ) : null}
    </Page>
  );
}

function Figures({ summary }: { summary: Journal["summary"] }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const parts = (["input", "cached_input", "output", "time", "units"] as const).filter(
    (part) => Number(summary.costs[part]) > 0,
  );
  return (
    <Stats>
      <Stat
        label={t("model")}
        value={<code className="text-lg break-all">{summary.model}</code>}
        hint={summary.served_by ? t("detail_served", { by: summary.served_by }) : null}
      />
      <Stat
        label={t("tokens")}
        value={format.number(summary.input_tokens + summary.output_tokens)}
        hint={
          <>
            {t("tokens_in_out", {
              input: format.number(summary.input_tokens),
              output: format.number(summary.output_tokens),
            })}
            {summary.cached_tokens ? (
              <span className="block">{t("detail_cached", { n: format.number(summary.cached_tokens) })}</span>
            ) : null}
            {summary.reasoning_tokens ? (
              <span className="block">
                {t("detail_reasoning", { n: format.number(summary.reasoning_tokens) })}
              </span>
            ) : null}
          </>
        }
      />
      <Stat
        label={t("cost")}
        value={format.money(Number(summary.cost))}
        hint={
          <>
            {parts.map((part) => (
              <span key={part} className="block">
                {t(`cost_${part}`, { amount: format.money(Number(summary.costs[part])) })}
              </span>
            ))}
            {summary.costs.parts.length > 1
              ? summary.costs.parts.map((part, number) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: charges are only ever added at the end
                  <span key={number} className="block">
                    {t("cost_part", {
                      name: part.name,
                      n: format.number(part.quantity),
                      unit: t(`unit_${part.unit as Unit}`),
                      amount: format.money(Number(part.cost)),
                    })}
                  </span>
                ))
              : null}
            {summary.costs.hosted === null ? null : (
              <span className="block">
                {t("cost_hosted", { amount: format.money(Number(summary.costs.hosted)) })}
              </span>
            )}
          </>
        }
      />
      <Stat
        label={t("detail_events")}
        value={format.number(summary.events)}
        hint={
          <>
            {format.bytes(summary.bytes)}
            {summary.takeovers ? (
              <span className="block">{t("detail_takeovers", { count: summary.takeovers })}</span>
            ) : null}
          </>
        }
      />
    </Stats>
  );
}

function Content({ id, running }: { id: string; running: boolean }) {
  const { t } = useTranslation("console");
  const content = useContent(id, running);
  return (
    <Loaded query={content}>
      {({ input, response }) => (
        <>
          {response.error ? (
            <p role="alert" className="rounded-xl bg-bad-soft px-4 py-3 text-bad">
              <ErrorMessage fault={response.error} />
            </p>
          ) : null}
          <div className="grid gap-6 lg:grid-cols-2">
            <Section title={t("detail_input")}>
              <Input input={input as readonly Item[]} response={response} />
            </Section>
            <Section title={t("detail_output")}>
              <Items items={response.output as readonly Item[]} />
            </Section>
          </div>
        </>
      )}
    </Loaded>
  );
}

/** All that the model saw: instructions, the turns before, and what came with this request. */
function Input({ input, response }: { input: readonly Item[]; response: Continued }) {
  const { instructions } = response;
  const before = beforeOf(response, input);
  const given: readonly Item[] =
    typeof instructions === "string"
      ? [{ role: "instructions", content: instructions }]
      : (instructions ?? []);
  return (
    <div className="flex flex-col gap-3">
      {given.length > 0 ? <Items items={given} /> : null}
      {before ? <Earlier before={before} cut={response.truncation === "auto"} /> : null}
      <Items items={input} />
    </div>
  );
}
