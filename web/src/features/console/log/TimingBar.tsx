import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import { useFormat } from "@/lib/i18n/format";
import { useMilliseconds } from "../components/use-milliseconds";
import type { Journal } from "./queries";
import { type Stretch, stretchesOf } from "./timing";

const COLOURS: Record<Stretch["id"], string> = {
  queued: "bg-line-strong",
  reading: "bg-moon",
  writing: "bg-accent",
};

/** Where the time of a response went. */
export function TimingBar({ summary }: { summary: Journal["summary"] }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const milliseconds = useMilliseconds();
  const stretches = stretchesOf(summary, Date.now());
  if (stretches.length === 0) return <p className="text-ink-faint">{t("timing_unknown")}</p>;
  return (
    <div className="flex flex-col gap-3">
      <div aria-hidden className="flex h-3 gap-px overflow-hidden rounded-full bg-sunken">
        {stretches.map((each) => (
          <div key={each.id} className={COLOURS[each.id]} style={{ width: `${each.part * 100}%` }} />
        ))}
      </div>
      <dl className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
        {stretches.map((each) => (
          <div key={each.id} className="flex items-center gap-2">
            <span aria-hidden className={cx("size-2.5 rounded-full", COLOURS[each.id])} />
            <dt className="text-ink-soft">{t(`timing_${each.id}`)}</dt>
            <dd className="tabular-nums">{milliseconds(each.milliseconds)}</dd>
          </div>
        ))}
        {summary.tokens_per_second === null ? null : (
          <div className="flex items-center gap-2">
            <dt className="text-ink-soft">{t("timing_speed")}</dt>
            <dd className="tabular-nums">
              {t("tokens_per_second", {
                n: format.number(summary.tokens_per_second, { maximumFractionDigits: 1 }),
              })}
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}
