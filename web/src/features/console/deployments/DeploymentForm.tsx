import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Switch, TextField } from "@/components/field";
import { FormDialog } from "../parts/FormDialog";
import { type Fields, fieldsOf, LIMITS, removedOf, termsOf } from "./form";
import { type Deployment, useDeploymentChanges } from "./queries";

/** Makes a deployment at another server, or changes one's terms. */
export function DeploymentForm({ item, onClose }: { item: Deployment | null; onClose: () => void }) {
  const { t } = useTranslation("console");
  const { create, update } = useDeploymentChanges();
  const [fields, setFields] = useState(() => fieldsOf(item));
  const local = item?.kind === "local";

  function submit() {
    const terms = termsOf(fields);
    if (item) {
      update.mutate(
        { id: item.id, body: { ...terms, remove: removedOf(item, fields) } },
        { onSuccess: onClose },
      );
    } else {
      create.mutate({ ...terms, model: fields.model.trim(), kind: "upstream" }, { onSuccess: onClose });
    }
  }

  const field = (
    name: Exclude<keyof Fields, "enabled">,
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
      title={item ? t("deployments_edit", { id: item.id }) : t("deployments_add")}
      action={t("save")}
      change={item ? update : create}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        {field("model", { required: true, disabled: item !== null, hint: t("field_model_hint") })}
        {field("target", { hint: t("field_target_hint") })}
        {local
          ? null
          : field("base_url", { type: "url", required: true, placeholder: "https://gpu.example.org/v1" })}
        {local
          ? null
          : field("api_key", {
              type: "password",
              autoComplete: "off",
              hint: item?.key_prefix ? t("field_key_kept", { prefix: item.key_prefix }) : undefined,
            })}
      </div>
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
