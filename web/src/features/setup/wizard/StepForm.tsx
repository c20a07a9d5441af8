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
  /** What the error means here, where that is more than it says itself. */
  words?: string;
  onSubmit: () => void;
  children?: ReactNode;
}

/** One step: what it is about, its fields, and the way on and back. */
export function StepForm({
  title,
  text,
  back,
  action,
  busy,
  error,
  words,
  onSubmit,
  children,
}: StepFormProps) {
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
      {words ? (
        <p role="alert" className="rounded-xl bg-bad-soft px-4 py-3 text-bad">
          {words}
        </p>
      ) : error ? (
        <Failure error={error} />
      ) : null}
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
