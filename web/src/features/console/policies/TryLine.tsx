import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Select, Switch, TextField } from "@/components/field";
import { Failure } from "@/components/states";
import { useFormat } from "@/lib/i18n/format";
import { Badge } from "../components/Badge";
import { Section, Sheet } from "../components/Page";
import { useProject } from "../frame/project";
import { useToolTypes, useTrial, type Verdict } from "./queries";
import { RuleWords, TONES } from "./RuleWords";

/** Tells what the rules in force say of a call, and which of them decides. */
export function TryLine() {
  const { t } = useTranslation("console");
  const types = useToolTypes();
  const trial = useTrial(useProject());
  const [tool, setTool] = useState("mcp");
  const [host, setHost] = useState("");
  const [untrusted, setUntrusted] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    trial.mutate({ tool, host: host.trim(), after_untrusted: untrusted });
  }

  return (
    <Section title={t("policies_try")} text={t("policies_try_text")}>
      <Sheet>
        <form onSubmit={submit} className="flex flex-col gap-4">
          <div className="grid items-end gap-4 sm:grid-cols-[1fr_1fr_auto]">
            <Select label={t("policies_tool")} value={tool} onChange={(event) => setTool(event.target.value)}>
              {types.map((type) => (
                <option key={type} value={type}>
                  {type}
                </option>
              ))}
            </Select>
            <TextField
              label={t("egress_host")}
              dir="ltr"
              maxLength={253}
              value={host}
              onChange={(event) => setHost(event.target.value)}
            />
            <Button type="submit" busy={trial.isPending}>
              {t("policies_try_button")}
            </Button>
          </div>
          <Switch label={t("policies_untrusted")} checked={untrusted} onChange={setUntrusted} />
        </form>
        <div role="status" className="mt-4 empty:hidden">
          {trial.error ? <Failure error={trial.error} /> : null}
          {trial.data ? <Said verdict={trial.data} /> : null}
        </div>
      </Sheet>
    </Section>
  );
}

function Said({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const touches = verdict.touches.map((each) => t(`policies_reach_${each}`));
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-4">
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={TONES[verdict.decision]}>{t(`policies_${verdict.decision}`)}</Badge>
        <span className="text-ink-soft">
          {touches.length ? t("policies_may", { what: format.list(touches) }) : t("policies_may_nothing")}
        </span>
      </p>
      {verdict.rule ? (
        <div className="flex flex-col gap-1">
          <p className="text-sm text-ink-faint">{t(`policies_by_${verdict.rule.origin}`)}</p>
          <RuleWords rule={verdict.rule} />
        </div>
      ) : (
        <p className="text-sm text-ink-faint">{t("policies_by_none")}</p>
      )}
    </div>
  );
}
