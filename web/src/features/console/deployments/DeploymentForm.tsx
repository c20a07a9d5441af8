import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Switch, TextField } from "@/components/field";
import { FormDialog } from "../components/FormDialog";
import { ABILITIES } from "./connect/choices";
import { type Fields, fieldsOf, LIMITS, removedOf, termsOf } from "./form";
import { type Deployment, useDeploymentChanges } from "./queries";

/** Changes the terms of a deployment. */
export function DeploymentForm({ item, onClose }: { item: Deployment; onClose: () => void }) {
  const { t } = useTranslation("console");
  const { update } = useDeploymentChanges();
  const [fields, setFields] = useState(() => fieldsOf(item));
  const local = item.kind === "local";

  function submit() {
    update.mutate(
      { id: item.id, body: { ...termsOf(fields), remove: removedOf(item, fields) } },
      { onSuccess: onClose },
    );
  }

  const field = (
    name: Exclude<keyof Fields, "enabled" | "abilities">,
    more: Partial<Parameters<typeof TextField>[0]> = {},
  ) => (
    <TextField
      label={t(`field_${name}`)}
      dir="ltr"
      value={fields[name]}
      onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
      {...more}
    />
  );

  return (
    <FormDialog
      title={t("deployments_edit", { id: item.model })}
      action={t("save")}
      change={update}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        {field("model", { disabled: true, hint: t("field_model_hint") })}
        {field("target", { hint: t("field_target_hint") })}
        {local
          ? null
          : field("base_url", { type: "url", required: true, placeholder: "https://gpu.example.org/v1" })}
        {local
          ? null
          : field("api_key", {
              type: "password",
              autoComplete: "off",
              hint: item.key_prefix ? t("field_key_kept", { prefix: item.key_prefix }) : undefined,
            })}
      </div>
      {local ? null : (
        <>
          <fieldset>
            <legend className="pb-1 font-medium">{t("field_abilities")}</legend>
            <div className="grid gap-x-4 gap-y-1.5 sm:grid-cols-3">
              {ABILITIES.map((each) => (
                <label key={each} className="flex items-center gap-2">
                  <input
                    type="checkbox"
                    className="size-4.5 shrink-0 accent-accent"
                    checked={fields.abilities.includes(each)}
                    onChange={(event) =>
                      setFields({
                        ...fields,
                        abilities: ABILITIES.filter((other) =>
                          other === each ? event.target.checked : fields.abilities.includes(other),
                        ),
                      })
                    }
                  />
                  {t(`ability_${each}`)}
                </label>
              ))}
            </div>
          </fieldset>
          {field("context_length", { type: "number", min: 1, hint: t("field_context_hint") })}
        </>
      )}
      <Switch
        label={t("field_enabled")}
        hint={t("field_enabled_hint")}
        checked={fields.enabled}
        onChange={(enabled) => setFields({ ...fields, enabled })}
      />
      <fieldset className="grid gap-4 sm:grid-cols-2">
        <legend className="pb-1 font-medium">{t("field_order")}</legend>
        {field("priority", { type: "number", min: 0, max: 100, hint: t("field_priority_hint") })}
        {field("weight", {
          type: "number",
          min: 0.01,
          max: 1000,
          step: "any",
          hint: t("field_weight_hint"),
        })}
      </fieldset>
      <fieldset className="grid gap-4 sm:grid-cols-3">
        <legend className="pb-1 font-medium">{t("field_price")}</legend>
        {(["input", "output", "per_hour"] as const).map((name) => (
          <div key={name}>{field(name, { inputMode: "decimal" })}</div>
        ))}
      </fieldset>
      <fieldset className="grid gap-4 sm:grid-cols-3">
        <legend className="pb-1 font-medium">{t("field_limits")}</legend>
        {LIMITS.map((name) => (
          <div key={name}>{field(name, { type: "number", min: 1, placeholder: t("limits_none") })}</div>
        ))}
      </fieldset>
    </FormDialog>
  );
}
