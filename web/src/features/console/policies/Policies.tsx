import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { useAccess } from "../access";
import { Badge } from "../components/Badge";
import { Loaded } from "../components/Loaded";
import { Page } from "../components/Page";
import { ScopeSelect, useScope } from "../components/scope";
import { useFilters } from "../components/url-state";
import { moved, numbered } from "./order";
import { type Rule, type RuleList, useRules, useSetRules } from "./queries";
import { RuleForm } from "./RuleForm";
import { RuleWords } from "./RuleWords";
import { TryLine } from "./TryLine";

const DEFAULTS = { of: "" };

/** What tools may do: rules in words, in the order in which they are asked. */
export default function Policies() {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const [filters, change] = useFilters(DEFAULTS);
  const scope = useScope(filters.of);
  const rules = useRules(scope);
  return (
    <Page title={t("nav_policies")} text={t("policies_text")}>
      <div className="sm:w-56">
        <ScopeSelect value={filters.of} onChange={(of) => change({ of })} />
      </div>
      <Loaded query={rules}>
        {(list) => (
          <Rules
            key={scope}
            list={list}
            scope={scope}
            changeable={can(scope === null ? "organization.manage" : "project.manage")}
          />
        )}
      </Loaded>
      <TryLine />
    </Page>
  );
}

interface RulesProps {
  list: RuleList;
  scope: string | null;
  changeable: boolean;
}

function Rules({ list, scope, changeable }: RulesProps) {
  const { t } = useTranslation("console");
  const set = useSetRules(scope);
  const [adding, setAdding] = useState(false);
  const above = list.inherited.length;

  function put(rules: Rule[], done?: () => void) {
    if (set.isPending) return;
    const onError = (error: Error) => toast(errorText(error), { kind: "error" });
    set.mutate({ rules, version: list.version }, { onSuccess: done, ...(done ? {} : { onError }) });
  }

  return (
    <div className="flex flex-col gap-3">
      {scope === null ? null : <p className="text-sm text-ink-soft">{t("policies_stricter")}</p>}
      {above + list.rules.length === 0 ? <p className="text-ink-soft">{t("policies_none")}</p> : null}
      <ol aria-label={t("nav_policies")} className="flex flex-col gap-2 empty:hidden">
        {numbered(list.inherited).map(({ key, item, index }) => (
          <Line key={key} number={index + 1} rule={item}>
            <Badge>{t(`policies_of_${item.origin}`)}</Badge>
          </Line>
        ))}
        {numbered(list.rules).map(({ key, item, index }) => (
          <Line key={key} number={above + index + 1} rule={item}>
            {changeable ? (
              <span className="inline-flex">
                <IconButton
                  label={t("policies_up", { number: above + index + 1 })}
                  aria-disabled={index === 0}
                  className="aria-disabled:opacity-40"
                  onClick={() => index > 0 && put(moved(list.rules, index, -1))}
                >
                  <ArrowUp />
                </IconButton>
                <IconButton
                  label={t("policies_down", { number: above + index + 1 })}
                  aria-disabled={index === list.rules.length - 1}
                  className="aria-disabled:opacity-40"
                  onClick={() => index < list.rules.length - 1 && put(moved(list.rules, index, 1))}
                >
                  <ArrowDown />
                </IconButton>
                <IconButton
                  label={t("policies_remove", { number: above + index + 1 })}
                  onClick={() => put(list.rules.filter((_, at) => at !== index))}
                >
                  <Trash2 />
                </IconButton>
              </span>
            ) : null}
          </Line>
        ))}
      </ol>
      {changeable ? (
        <div>
          <Button look="primary" onClick={() => setAdding(true)}>
            <Plus className="size-4" aria-hidden />
            {t("policies_add")}
          </Button>
        </div>
      ) : null}
      {adding ? (
        <RuleForm
          ofOrganization={scope === null}
          change={set}
          onAdd={(rule) => put([...list.rules, rule], () => setAdding(false))}
          onClose={() => setAdding(false)}
        />
      ) : null}
    </div>
  );
}

function Line({ number, rule, children }: { number: number; rule: Rule; children: ReactNode }) {
  const format = useFormat();
  return (
    <li className="flex flex-wrap items-center gap-3 rounded-2xl border border-line bg-surface px-4 py-3">
      <span aria-hidden className="w-6 text-ink-faint tabular-nums">
        {format.number(number)}
      </span>
      <div className="min-w-0 flex-1 basis-52">
        <RuleWords rule={rule} />
      </div>
      {children}
    </li>
  );
}
