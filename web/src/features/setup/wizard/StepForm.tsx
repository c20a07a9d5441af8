import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Failure } from "@/components/states";
import { proceed, type Step } from "../progress";

interface StepFormProps {
  title: string;
  text: ReactNode;
  back: Step | null;
  action: string;
  busy?: boolean;
  error?: unknown;
  onSubmit: () => void;
  children?: ReactNode;
}

/** One step: what it is about, its fields, and the way on and back. */
export function StepForm({ title, text, back, action, busy, error, onSubmit, children }: StepFormProps) {
  const { t } = useTranslation("setup");
  return (
    <form
      className="flex flex-col gap-5"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <div className="flex flex-col gap-1">
        <h1 className="text-2xl font-semibold">{title}</h1>
        <div className="text-ink-soft">{text}</div>
      </div>
      {error ? <Failure error={error} /> : null}
      {children}
      <div className="flex justify-between gap-3 pt-2">
        {back ? <Button onClick={() => proceed({ step: back })}>{t("back")}</Button> : <span />}
        <Button type="submit" look="primary" busy={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
