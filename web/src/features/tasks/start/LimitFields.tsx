import { useTranslation } from "react-i18next";
import { TextField } from "@/components/field";

/** What a task may take, as it is typed: tokens, minutes, steps. */
export type LimitTexts = Readonly<Record<"tokens" | "minutes" | "steps", string>>;

export const NO_LIMITS: LimitTexts = { tokens: "", minutes: "", steps: "" };

/** The limits as the server takes them; null for none. */
export function limitsOf({ tokens, minutes, steps }: LimitTexts): Record<string, number> | null {
  const given = { tokens: Number(tokens), seconds: Number(minutes) * 60, steps: Number(steps) };
  const set = Object.entries(given).filter(([, amount]) => amount > 0);
  return set.length > 0 ? Object.fromEntries(set.map(([kind, amount]) => [kind, Math.round(amount)])) : null;
}

/** Lets somebody say what a task may take at most. */
export function LimitFields({
  texts,
  onChange,
}: {
  texts: LimitTexts;
  onChange: (texts: LimitTexts) => void;
}) {
  const { t } = useTranslation("tasks");
  const kinds = ["tokens", "minutes", "steps"] as const;
  return (
    <details>
      <summary className="flex min-h-9 items-center font-medium coarse:min-h-11">{t("limits")}</summary>
      <p className="mb-2 text-sm text-ink-faint">{t("limits_hint")}</p>
      <div className="grid gap-3 sm:grid-cols-3">
        {kinds.map((kind) => (
          <TextField
            key={kind}
            type="number"
            min={1}
            inputMode="numeric"
            label={t(`most_${kind}`)}
            value={texts[kind]}
            onChange={(event) => onChange({ ...texts, [kind]: event.target.value })}
          />
        ))}
      </div>
    </details>
  );
}
