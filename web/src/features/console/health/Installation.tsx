import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Select, TextField } from "@/components/field";
import { toast } from "@/components/overlays/toast";
import { chatModelNames, useModels } from "@/features/chats";
import type { Schemas } from "@/lib/api";
import { errorText } from "@/lib/errors/texts";
import { Loaded } from "../components/Loaded";
import { Section, Sheet } from "../components/Page";
import { useChooseSetting, useSettings } from "./queries";

type Setting = Schemas["Setting"];
type Named = (name: string) => Setting | undefined;

const BETTER = ["ask", "auto", "off"] as const;

/** The settings that can be chosen here, in force at once. */
export function Installation() {
  const { t } = useTranslation("console");
  const settings = useSettings(true);
  return (
    <Section title={t("installation")} text={t("installation_text")}>
      <Sheet>
        <Loaded query={settings}>
          {(list) => <Fields of={(name) => list.find((setting) => setting.name === name)} />}
        </Loaded>
      </Sheet>
    </Section>
  );
}

function Fields({ of }: { of: Named }) {
  const { t } = useTranslation("console");
  const { data: models } = useModels();
  const choose = useChooseSetting();
  const known = chatModelNames(models ?? []);
  const model = textOf(of("default_model"));
  const save = (name: string, value: string) =>
    choose.mutate(
      { name, value },
      {
        onSuccess: () => toast(t("installation_saved")),
        onError: (error) => toast(errorText(error), { kind: "error" }),
      },
    );
  const field = (name: string, hint: string) => {
    const setting = of(name);
    const given = setting !== undefined && !setting.choosable;
    return {
      disabled: given || choose.isPending,
      hint: given ? t("installation_given", { where: t(`origin_${setting.origin}`) }) : hint,
    };
  };
  return (
    <div className="grid gap-6 md:grid-cols-3">
      <SiteName
        key={textOf(of("site_name"))}
        setting={of("site_name")}
        field={field("site_name", t("site_name_hint"))}
        onSave={(value) => save("site_name", value)}
      />
      <Select
        label={t("default_model")}
        value={model}
        onChange={(event) => save("default_model", event.target.value)}
        {...field("default_model", t("default_model_hint"))}
      >
        <option value="">{t("default_model_best")}</option>
        {(model && !known.includes(model) ? [model, ...known] : known).map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </Select>
      <Select
        label={t("better_model")}
        value={textOf(of("better_model"))}
        onChange={(event) => save("better_model", event.target.value)}
        {...field("better_model", t("better_model_hint"))}
      >
        {BETTER.map((each) => (
          <option key={each} value={each}>
            {t(`better_model_${each}`)}
          </option>
        ))}
      </Select>
    </div>
  );
}

interface SiteNameProps {
  setting: Setting | undefined;
  field: { disabled: boolean; hint: string };
  onSave: (value: string) => void;
}

/** A name is kept when its form is sent, not at each letter. */
function SiteName({ setting, field, onSave }: SiteNameProps) {
  const { t } = useTranslation("console");
  const [name, setName] = useState(textOf(setting));
  const same = name.trim() === textOf(setting);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!same) onSave(name.trim());
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <TextField
        label={t("site_name")}
        value={name}
        maxLength={64}
        placeholder={String(setting?.default ?? "")}
        onChange={(event) => setName(event.target.value)}
        {...field}
      />
      {same ? null : (
        <Button type="submit" look="primary" size="small" disabled={field.disabled} className="self-start">
          {t("save")}
        </Button>
      )}
    </form>
  );
}

function textOf(setting: Setting | undefined): string {
  return typeof setting?.value === "string" ? setting.value : "";
}
