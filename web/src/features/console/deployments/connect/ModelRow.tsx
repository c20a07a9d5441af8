import { CircleCheck, CircleX, LoaderCircle } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { ErrorMessage } from "@/components/error-message";
import { TextField } from "@/components/field";
import { useFormat } from "@/lib/i18n/format";
import { Badge } from "../../components/Badge";
import { ABILITIES, type Ability, type Choice } from "./choices";
import type { TestResult } from "./queries";

interface Props {
  choice: Choice;
  testing: boolean;
  fault: string | null;
  onChange: (choice: Choice) => void;
}

/** One model: ticked or not, what is known of it, and how its test went. Details can be changed under it. */
export function ModelRow({ choice, testing, fault, onChange }: Props) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const box = useId();
  const { found, abilities } = choice;
  const context = Number(choice.context);
  return (
    <li className="flex flex-col gap-2 rounded-xl border border-line p-3 has-[>div>input:checked]:border-accent">
      <div className="flex items-start gap-3">
        <input
          id={box}
          type="checkbox"
          className="mt-1 size-4.5 shrink-0 accent-accent"
          checked={choice.ticked}
          onChange={(event) => onChange({ ...choice, ticked: event.target.checked })}
        />
        <label htmlFor={box} className="flex min-w-0 flex-1 flex-col gap-1">
          <bdi className="font-medium wrap-anywhere">{choice.target}</bdi>
          <span className="flex flex-wrap items-center gap-1">
            {abilities.map((each) => (
              <Badge key={each}>{t(`ability_${each}`)}</Badge>
            ))}
            {found && !found.abilities.length ? <Badge tone="warn">{t("connect_not_chat")}</Badge> : null}
            {found?.served_as ? <Badge tone="accent">{t("connect_served")}</Badge> : null}
            <span className="text-sm text-ink-faint">
              {context
                ? t("connect_context_of", { n: format.number(context) })
                : t("connect_context_unknown")}
            </span>
          </span>
        </label>
        {testing ? (
          <LoaderCircle
            className="size-5 shrink-0 animate-spin text-ink-faint"
            aria-label={t("connect_testing")}
          />
        ) : null}
      </div>
      {choice.results ? <Results results={choice.results} /> : null}
      {choice.ticked ? <Details choice={choice} fault={fault} onChange={onChange} /> : null}
    </li>
  );
}

function Results({ results }: { results: readonly TestResult[] }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  return (
    <ul role="status" className="flex flex-col gap-1 ps-7.5 text-sm">
      {results.map((each) => (
        <li key={each.probe} className="flex items-start gap-1.5">
          {each.ok ? (
            <CircleCheck className="mt-0.5 size-4 shrink-0 text-good" aria-hidden />
          ) : (
            <CircleX className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
          )}
          <span className="min-w-0">
            {t(`test_${each.probe}_${each.ok ? "ok" : "bad"}`, {
              n: format.number(each.seconds, { maximumFractionDigits: 1 }),
            })}
            {each.error ? <ErrorMessage fault={each.error} /> : null}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Details({ choice, fault, onChange }: Omit<Props, "testing">) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const sureOf = (ability: Ability) =>
    choice.found?.abilities.find((each) => each.ability === ability)?.sure ?? null;
  const flip = (ability: Ability, on: boolean) =>
    onChange({
      ...choice,
      abilities: ABILITIES.filter((each) => (each === ability ? on : choice.abilities.includes(each))),
    });
  const field = (
    name: "name" | "context" | "input" | "output",
    more: Partial<Parameters<typeof TextField>[0]>,
  ) => (
    <TextField
      label={t(`connect_${name}`)}
      dir="ltr"
      value={choice[name]}
      onChange={(event) => onChange({ ...choice, [name]: event.target.value })}
      {...more}
    />
  );
  return (
    <details open={fault !== null || undefined} className="ps-7.5">
      <summary className="cursor-pointer text-sm text-accent">{t("connect_details")}</summary>
      <div className="flex flex-col gap-4 pt-3">
        <div className="grid gap-4 sm:grid-cols-2">
          {field("name", { hint: t("connect_name_hint"), error: fault ? t(fault) : null, maxLength: 256 })}
          {field("context", { type: "number", min: 1, hint: contextHint(choice, t, format) })}
        </div>
        <fieldset>
          <legend className="pb-1 text-sm font-medium">{t("connect_abilities")}</legend>
          <div className="grid gap-x-4 gap-y-1.5 sm:grid-cols-2">
            {ABILITIES.map((each) => (
              <label key={each} className="flex items-center gap-2">
                <input
                  type="checkbox"
                  className="size-4.5 shrink-0 accent-accent"
                  checked={choice.abilities.includes(each)}
                  onChange={(event) => flip(each, event.target.checked)}
                />
                <span>{t(`ability_${each}`)}</span>
                {sureOf(each) ? (
                  <span className="text-sm text-ink-faint">{t(`connect_${sureOf(each)}`)}</span>
                ) : null}
              </label>
            ))}
          </div>
        </fieldset>
        <details open={choice.input !== "" || undefined}>
          <summary className="cursor-pointer text-sm text-ink-soft">{t("connect_price")}</summary>
          <div className="grid gap-4 pt-2 sm:grid-cols-2">
            {field("input", { inputMode: "decimal", placeholder: "0" })}
            {field("output", { inputMode: "decimal", placeholder: "0" })}
          </div>
        </details>
      </div>
    </details>
  );
}

function contextHint(
  { found, context }: Choice,
  t: (key: string, more?: Record<string, string>) => string,
  format: ReturnType<typeof useFormat>,
): string {
  if (!found?.context_length || String(found.context_length) !== context) return t("connect_context_hint");
  const most = found.context_most;
  const told = t(`connect_context_${found.context_sure}`);
  if (!most || most <= found.context_length) return told;
  return `${told} ${t("connect_context_most", { n: format.number(most) })}`;
}
