import { BookOpen, ShieldAlert, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { Button } from "@/components/button";
import { Failure } from "@/components/states";
import { useFormat } from "@/lib/i18n/format";
import { useShownEvidence } from "../data/queries";
import { numberOf } from "../data/report";
import { useGrounds } from "./grounds";
import { useLanguageName } from "./language-name";
import { hostOf, useDay } from "./places";

/** What a sentence stands on: each passage as it stands in its source, in its own language. */
export function EvidenceList({ ids, support }: { ids: readonly string[]; support: number | null }) {
  const { t, i18n } = useTranslation("research");
  const format = useFormat();
  return (
    <section
      aria-label={t("evidence")}
      lang={i18n.language}
      dir={i18n.dir()}
      className="flex flex-col gap-3 rounded-xl border border-line bg-surface p-3 text-sm"
    >
      {ids.length === 0 ? <p className="text-warn">{t("no_evidence")}</p> : null}
      {support === null ? null : (
        <p className="text-ink-soft">{t("support", { percent: format.percent(support) })}</p>
      )}
      {ids.map((id) => (
        <Passage key={id} id={id} />
      ))}
    </section>
  );
}

/** Characters of what stands around a quotation. */
const AROUND = 160;

function Passage({ id }: { id: string }) {
  const { t } = useTranslation("research");
  const format = useFormat();
  const day = useDay();
  const language = useLanguageName();
  const { id: research, evidence, sources, opening } = useGrounds();
  const { data, error } = useShownEvidence(research, id);
  const cut = evidence.get(id);
  const source = cut && sources.get(cut.source);
  if (!cut || !source) return null;
  const open = opening(id);
  const facts = [
    source.url ? hostOf(source.url) : "",
    t(`kind_${source.kind}`),
    source.published ? day(source.published) : "",
    cut.part,
  ].filter(Boolean);
  return (
    <figure className="flex flex-col gap-1.5">
      <figcaption className="flex flex-wrap items-center gap-x-2 text-ink-soft">
        <span className="font-semibold text-accent tabular-nums">{format.number(numberOf(id))}</span>
        <bdi className="min-w-0 truncate font-medium">
          <BidiLine text={source.title || source.url} />
        </bdi>
        <span className="text-ink-faint">{facts.join(" · ")}</span>
      </figcaption>
      <blockquote
        dir="auto"
        lang={cut.language || undefined}
        className="border-s-3 border-accent ps-3 text-base"
      >
        {data?.before ? <span className="text-ink-faint">…{data.before.slice(-AROUND)}</span> : null}
        <mark className="bg-warn-soft text-ink">{cut.quote}</mark>
        {data?.after ? <span className="text-ink-faint">{data.after.slice(0, AROUND)}…</span> : null}
      </blockquote>
      {cut.translation ? (
        <p dir="auto" className="ps-3">
          <span className="text-ink-faint">
            {t("our_translation", { language: language(cut.language) })}{" "}
          </span>
          {cut.translation}
        </p>
      ) : null}
      {error ? <Failure error={error} /> : null}
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {data ? <Verified verified={data.verified} /> : null}
        {open ? (
          <Button size="small" onClick={open} className="ms-auto">
            <BookOpen className="size-4" aria-hidden />
            {t("open_passage")}
          </Button>
        ) : null}
      </p>
    </figure>
  );
}

function Verified({ verified }: { verified: boolean }) {
  const { t } = useTranslation("research");
  return (
    <span className={`flex items-center gap-1.5 [&_svg]:size-4 ${verified ? "text-good" : "text-bad"}`}>
      {verified ? <ShieldCheck aria-hidden /> : <ShieldAlert aria-hidden />}
      {t(verified ? "verified" : "not_verified")}
    </span>
  );
}
