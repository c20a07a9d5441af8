import { useMutation, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/field";
import { installationQuery } from "@/features/session";
import { asApiError } from "@/lib/errors/api-error";
import { tryKey } from "../first-person";
import { proceed, progress } from "../progress";
import { StepForm } from "./StepForm";

/** The key of the first start, which shows that one runs this server. */
export function KeyStep() {
  const { t } = useTranslation("setup");
  const { data: installation } = useSuspenseQuery(installationQuery);
  const [key, setKey] = useState(progress.get().key);
  const attempt = useMutation({
    mutationFn: () => tryKey(key.trim()),
    onSuccess: () => proceed({ step: "person", key: key.trim() }),
  });
  return (
    <StepForm
      title={t("key_title")}
      text={t("key_text")}
      back="language"
      action={t("next")}
      busy={attempt.isPending}
      error={attempt.error}
      words={asApiError(attempt.error).status === 401 ? t("key_wrong") : undefined}
      onSubmit={() => attempt.mutate()}
    >
      <TextField
        label={t("key_label")}
        hint={installation.key_file ? t("key_hint") : t("key_where_env")}
        required
        dir="ltr"
        type="password"
        autoComplete="off"
        spellCheck={false}
        className="font-mono"
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      {installation.key_file ? (
        <div className="rounded-xl border border-line bg-code p-4 text-sm">
          <p className="pb-1 text-ink-soft">{t("key_where")}</p>
          <code dir="ltr">cat data/administrator.key</code>
        </div>
      ) : null}
    </StepForm>
  );
}
