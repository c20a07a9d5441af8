import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Select, Switch, TextField } from "@/components/field";
import { FormDialog } from "../components/FormDialog";
import { useProjects } from "../frame/project";
import { DECISIONS, REACHES, type Rule, useToolTypes } from "./queries";
import { RuleWords } from "./RuleWords";

interface RuleFormProps {
  /** Whether rules may name a project: those of the organisation may. */
  ofOrganization: boolean;
  change: { isPending: boolean; error: unknown };
  onAdd: (rule: Rule) => void;
  onClose: () => void;
}

/** Writes a rule; what is left open is whatever it may be. */
export function RuleForm({ ofOrganization, change, onAdd, onClose }: RuleFormProps) {
  const { t } = useTranslation("console");
  const projects = useProjects();
  const types = useToolTypes();
  const options = useId();
  const [rule, setRule] = useState<Rule>({
    tool: "*",
    touches: null,
    host: "*",
    project: "*",
    after_untrusted: false,
    decision: "ask",
  });
  const set = (part: Partial<Rule>) => setRule((before) => ({ ...before, ...part }));
  return (
    <FormDialog
      title={t("policies_add")}
      action={t("policies_add")}
      change={change}
      onSubmit={() => onAdd({ ...rule, tool: rule.tool.trim() || "*", host: rule.host.trim() || "*" })}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label={t("policies_decision")}
          value={rule.decision}
          onChange={(event) => set({ decision: event.target.value as Rule["decision"] })}
        >
          {DECISIONS.map((each) => (
            <option key={each} value={each}>
              {t(`policies_${each}`)}
            </option>
          ))}
        </Select>
        <Select
          label={t("policies_touches")}
          value={rule.touches ?? ""}
          onChange={(event) => set({ touches: (event.target.value || null) as Rule["touches"] })}
        >
          <option value="">{t("policies_reach_any")}</option>
          {REACHES.map((each) => (
            <option key={each} value={each}>
              {t(`policies_reach_${each}`)}
            </option>
          ))}
        </Select>
        <TextField
          label={t("policies_tool")}
          hint={t("policies_pattern_hint")}
          dir="ltr"
          list={options}
          maxLength={64}
          value={rule.tool}
          onChange={(event) => set({ tool: event.target.value })}
        />
        <TextField
          label={t("egress_host")}
          hint={t("policies_pattern_hint")}
          dir="ltr"
          maxLength={253}
          value={rule.host}
          onChange={(event) => set({ host: event.target.value })}
        />
        {ofOrganization ? (
          <Select
            label={t("project")}
            value={rule.project}
            onChange={(event) => set({ project: event.target.value })}
          >
            <option value="*">{t("all")}</option>
            {projects.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </Select>
        ) : null}
      </div>
      <datalist id={options}>
        {types.map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
      <Switch
        label={t("policies_after_untrusted")}
        hint={t("policies_after_untrusted_hint")}
        checked={rule.after_untrusted}
        onChange={(after_untrusted) => set({ after_untrusted })}
      />
      <div className="rounded-xl bg-sunken p-3">
        <RuleWords rule={rule} />
      </div>
    </FormDialog>
  );
}
