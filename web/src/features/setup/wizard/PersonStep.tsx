import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/field";
import { makeFirstPerson } from "../first-person";
import { proceed, progress } from "../progress";
import { StepForm } from "./StepForm";

/** Who administers this installation. */
export function PersonStep() {
  const { t } = useTranslation("setup");
  const { name, email } = progress.use();
  const [password, setPassword] = useState("");
  const make = useMutation({
    mutationFn: () => makeFirstPerson({ name: name.trim(), email: email.trim(), password }),
  });
  return (
    <StepForm
      title={t("person_title")}
      text={t("person_text")}
      back="key"
      action={t("person_make")}
      busy={make.isPending}
      error={make.error}
      onSubmit={() => make.mutate()}
    >
      <TextField
        label={t("person_name")}
        required
        autoComplete="name"
        value={name}
        onChange={(event) => proceed({ name: event.target.value })}
      />
      <TextField
        label={t("person_email")}
        required
        type="email"
        dir="ltr"
        autoComplete="username"
        value={email}
        onChange={(event) => proceed({ email: event.target.value })}
      />
      <TextField
        label={t("person_password")}
        hint={t("person_password_hint")}
        required
        minLength={10}
        type="password"
        dir="ltr"
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
    </StepForm>
  );
}
