import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "../components/Badge";
import { useProjectName } from "../frame/project";
import type { Rule } from "./queries";

export const TONES: Record<Rule["decision"], Tone> = { allow: "good", ask: "warn", refuse: "bad" };

/** A rule as a sentence, and below it what it is about alone. */
export function RuleWords({ rule }: { rule: Rule }) {
  const { t } = useTranslation("console");
  const projectName = useProjectName();
  const conditions = [
    rule.tool === "*" ? null : { label: t("policies_tool"), value: rule.tool, code: true },
    rule.host === "*" ? null : { label: t("egress_host"), value: rule.host, code: true },
    rule.project === "*" ? null : { label: t("project"), value: projectName(rule.project), code: false },
  ].filter((each) => each !== null);
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <p className="flex flex-wrap items-center gap-2">
        <span aria-hidden>
          <Badge tone={TONES[rule.decision]}>{t(`policies_${rule.decision}`)}</Badge>
        </span>
        <span className="font-medium">{t(`policies_${rule.decision}_${rule.touches ?? "any"}`)}</span>
      </p>
      {conditions.length || rule.after_untrusted ? (
        <ul className="flex flex-wrap gap-x-4 gap-y-0.5 text-sm text-ink-soft">
          {conditions.map(({ label, value, code }) => (
            <li key={label}>
              {label}:{" "}
              {code ? (
                <code dir="ltr" className="break-all">
                  {value}
                </code>
              ) : (
                <bdi>{value}</bdi>
              )}
            </li>
          ))}
          {rule.after_untrusted ? <li>{t("policies_after_untrusted")}</li> : null}
        </ul>
      ) : null}
    </div>
  );
}
