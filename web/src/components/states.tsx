import { CircleAlert, LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import { asApiError } from "@/lib/errors/api-error";
import { Button } from "./button";
import { ErrorMessage } from "./error-message";

/** Says that something is on its way. */
export function Loading({ label, className }: { label?: string; className?: string }) {
  const { t } = useTranslation("shell");
  return (
    <div role="status" className={cx("flex items-center justify-center gap-2 p-6 text-ink-faint", className)}>
      <LoaderCircle className="size-5 animate-spin" aria-hidden />
      <span>{label ?? t("loading")}</span>
    </div>
  );
}

/** Says that there is nothing yet, and what would bring something. */
export function Empty({
  icon,
  title,
  text,
  action,
}: {
  icon?: ReactNode;
  title: string;
  text?: string;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-12 text-center">
      {icon ? (
        <div className="mb-1 grid size-14 place-items-center rounded-full bg-warn-soft text-moon [&_svg]:size-7">
          {icon}
        </div>
      ) : null}
      <p className="font-medium">{title}</p>
      {text ? <p className="max-w-md text-ink-soft">{text}</p> : null}
      {action ? <div className="mt-2">{action}</div> : null}
    </div>
  );
}

/** Says what went wrong and offers to try again. */
export function Failure({
  error,
  retry,
  className,
}: {
  error: unknown;
  retry?: () => void;
  className?: string;
}) {
  const { t } = useTranslation("shell");
  const known = asApiError(error);
  return (
    <div
      role="alert"
      className={cx("flex items-start gap-3 rounded-xl bg-bad-soft px-4 py-3 text-bad", className)}
    >
      <CircleAlert className="mt-0.5 size-5 shrink-0" aria-hidden />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p>
          <ErrorMessage fault={known} />
        </p>
        {known.requestId && known.status >= 500 ? (
          <p className="text-sm">{t("request_id", { id: known.requestId })}</p>
        ) : null}
      </div>
      {retry ? (
        <Button size="small" look="danger" onClick={retry}>
          {t("try_again")}
        </Button>
      ) : null}
    </div>
  );
}
