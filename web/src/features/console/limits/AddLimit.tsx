import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Select, TextField } from "@/components/field";
import { FormDialog } from "../components/FormDialog";
import { useProject, useProjects } from "../frame/project";
import { useProjectKeys } from "../keys/queries";
import { useInstalledModels } from "../models/queries";
import { useServiceAccounts, useUsers } from "../people/queries";
import { KINDS, type LimitBody, SCOPES, useLimitChanges } from "./queries";

/** Sets a limit; one of the same scope, kind and model is changed. */
export function AddLimit({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("console");
  const { set } = useLimitChanges();
  const project = useProject();
  const models = useInstalledModels();
  const subjects = useSubjects();
  const [scope, setScope] = useState<LimitBody["scope"]>("project");
  const [subject, setSubject] = useState(project);
  const [kind, setKind] = useState<LimitBody["kind"]>("spend_per_month");
  const [model, setModel] = useState("");
  const [amount, setAmount] = useState("");
  const money = kind.startsWith("spend");

  function submit() {
    const scoped = scope === "organization" ? {} : { scope_id: subject };
    // Dollars as they were typed: a decimal number in a string loses nothing.
    const body = {
      scope,
      ...scoped,
      kind,
      model: model || null,
      amount: money ? amount.trim() : Number(amount),
    };
    set.mutate(body, { onSuccess: onClose });
  }

  return (
    <FormDialog title={t("limits_add")} action={t("save")} change={set} onSubmit={submit} onClose={onClose}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label={t("limits_for")}
          value={scope}
          onChange={(event) => {
            const next = event.target.value as LimitBody["scope"];
            setScope(next);
            setSubject(next === "project" ? project : (subjects[next][0]?.id ?? ""));
          }}
        >
          {SCOPES.map((each) => (
            <option key={each} value={each}>
              {t(`scope_${each}`)}
            </option>
          ))}
        </Select>
        {scope === "organization" ? (
          <span className="max-sm:hidden" />
        ) : (
          <Select
            label={t(`scope_${scope}`)}
            required
            value={subject}
            onChange={(event) => setSubject(event.target.value)}
          >
            {subjects[scope].map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </Select>
        )}
        <Select
          label={t("limits_kind")}
          value={kind}
          onChange={(event) => setKind(event.target.value as LimitBody["kind"])}
        >
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {t(`kind_${each}`)}
            </option>
          ))}
        </Select>
        <TextField
          label={t(money ? "limits_dollars" : "limits_amount")}
          hint={t("limits_zero")}
          inputMode="decimal"
          pattern={money ? "[0-9]+([.][0-9]+)?" : "[0-9]+"}
          required
          dir="ltr"
          value={amount}
          onChange={(event) => setAmount(event.target.value)}
        />
        <Select label={t("model")} value={model} onChange={(event) => setModel(event.target.value)}>
          <option value="">{t("all")}</option>
          {(models.data ?? []).map((each) => (
            <option key={each.id} value={each.id}>
              {each.id}
            </option>
          ))}
        </Select>
      </div>
    </FormDialog>
  );
}

/** Whom a limit can be for, of each scope. */
function useSubjects(): Record<LimitBody["scope"], { id: string; name: string }[]> {
  const projects = useProjects();
  const keys = useProjectKeys();
  const users = useUsers();
  const accounts = useServiceAccounts();
  return {
    organization: [],
    project: projects,
    key: keys.data ?? [],
    user: [
      ...(users.data ?? []).map((user) => ({ id: user.id, name: user.name || user.email })),
      ...(accounts.data ?? []),
    ],
  };
}
