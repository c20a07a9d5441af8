import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import { useFormat } from "@/lib/i18n/format";
import { divide, type Memory, share } from "./memory";

/** What models and other programs have of a memory, what is free, and up to where models may take it. */
export function MemoryBar({ of }: { of: Memory }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  if (of.memory === 0) return <p className="text-sm text-ink-soft">{t("memory_unknown")}</p>;
  const parts = divide(of);
  const limited = of.budget > 0 && of.budget < of.memory;
  return (
    <div className="flex flex-col gap-1.5">
      <div aria-hidden className="relative h-3">
        <div className="flex h-full overflow-hidden rounded-full border border-line-strong bg-surface">
          <div className={COLOURS.ours} style={{ width: percent(parts.ours, of.memory) }} />
          <div className={COLOURS.others} style={{ width: percent(parts.others ?? 0, of.memory) }} />
        </div>
        {limited ? (
          <div
            className="absolute -inset-y-1 w-0.5 -translate-x-1/2 bg-ink rtl:translate-x-1/2"
            style={{ insetInlineStart: percent(of.budget, of.memory) }}
          />
        ) : null}
      </div>
      <ul className="flex flex-wrap gap-x-4 gap-y-0.5 text-sm text-ink-soft tabular-nums">
        <Part colour={COLOURS.ours} words={t("memory_ours", { size: format.bytes(parts.ours) })} />
        {parts.others === null ? null : (
          <Part colour={COLOURS.others} words={t("memory_others", { size: format.bytes(parts.others) })} />
        )}
        {parts.others === null ? null : (
          <Part colour={COLOURS.free} words={t("memory_free", { size: format.bytes(parts.free) })} />
        )}
        {of.budget > 0 ? (
          <li className="flex items-center gap-1.5">
            {limited ? <span aria-hidden className="h-3.5 w-0.5 bg-ink" /> : null}
            {t("memory_budget", { size: format.bytes(of.budget) })}
          </li>
        ) : null}
      </ul>
    </div>
  );
}

const COLOURS = { ours: "bg-accent", others: "bg-line-strong", free: "bg-surface" };

function percent(part: number, memory: number): string {
  return `${share(part, memory) * 100}%`;
}

function Part({ colour, words }: { colour: string; words: string }) {
  return (
    <li className="flex items-center gap-1.5">
      <span aria-hidden className={cx("size-2.5 rounded-sm border border-line-strong", colour)} />
      {words}
    </li>
  );
}
