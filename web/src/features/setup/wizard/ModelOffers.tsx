import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { aboutKey, type CatalogEntry } from "@/features/console";
import { useFormat } from "@/lib/i18n/format";

interface Props {
  offers: readonly CatalogEntry[];
  /** What answers meanwhile. */
  ready: string | null;
  chosen: string | null;
  onChoose: (name: string | null) => void;
}

/** A few models, each with what it is good for; one of them or none is fetched. */
export function ModelOffers({ offers, ready, chosen, onChoose }: Props) {
  const { t } = useTranslation("setup");
  if (!offers.length) return null;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-2 font-medium">{ready ? t("model_choose") : t("model_choose_first")}</legend>
      {ready ? (
        <p className="pb-1 text-sm text-ink-soft">{t("model_choose_text", { model: ready })}</p>
      ) : null}
      {offers.map((entry) => (
        <Choice key={entry.name} checked={chosen === entry.name} onChoose={() => onChoose(entry.name)}>
          <Words entry={entry} />
        </Choice>
      ))}
      {ready ? (
        <Choice checked={chosen === null} onChoose={() => onChoose(null)}>
          {t("model_choose_none")}
        </Choice>
      ) : null}
    </fieldset>
  );
}

interface ChoiceProps {
  checked: boolean;
  onChoose: () => void;
  children: ReactNode;
}

function Choice({ checked, onChoose, children }: ChoiceProps) {
  return (
    <label className="flex items-start gap-3 rounded-2xl border border-line bg-surface p-4 has-checked:border-accent has-checked:bg-accent-soft">
      <input
        type="radio"
        name="model"
        className="mt-0.5 size-4.5 shrink-0 accent-accent"
        checked={checked}
        onChange={onChoose}
      />
      {children}
    </label>
  );
}

function Words({ entry }: { entry: CatalogEntry }) {
  const { t } = useTranslation(["setup", "console"]);
  const format = useFormat();
  return (
    <span className="flex min-w-0 flex-col gap-0.5">
      <span className="flex flex-wrap items-baseline gap-x-2">
        <bdi className="font-medium">{entry.name}</bdi>
        {entry.recommended ? <span className="text-sm text-accent">{t("model_recommended")}</span> : null}
      </span>
      <span dir="auto">{t(aboutKey(entry.name), { ns: "console", defaultValue: entry.description })}</span>
      <span className="text-sm text-ink-soft">
        {t("model_facts", { size: format.bytes(entry.size), licence: entry.licence })}
        {entry.placement && entry.placement !== "processor"
          ? ` · ${t(`placement_${entry.placement}`, { ns: "console" })}`
          : null}
        {entry.speed ? ` · ${t(`speed_${entry.speed}`, { ns: "console", defaultValue: entry.speed })}` : null}
      </span>
    </span>
  );
}
