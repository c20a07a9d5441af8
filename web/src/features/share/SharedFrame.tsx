import { Unlink } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Logo } from "@/components/logo";
import { Empty, Failure, Loading } from "@/components/states";
import { asApiError } from "@/lib/errors/api-error";
import { useFormat } from "@/lib/i18n/format";
import { siteName } from "@/lib/site-name";

interface SharedFrameProps {
  /** What is shared, in one line. */
  label: string;
  /** Why it does not come. */
  error: unknown;
  retry: () => void;
  /** Null while it is on its way. */
  children: ReactNode;
}

/** The page that a link leads to, whatever it shows. */
export function SharedFrame({ label, error, retry, children }: SharedFrameProps) {
  const { t } = useTranslation("share");
  return (
    <div className="mx-auto flex min-h-full w-full max-w-[49rem] flex-col px-4 sm:px-8">
      <header className="chrome flex min-h-14 items-center gap-2 border-b border-line">
        <Link href="/" className="flex max-w-3/5 shrink-0 items-center gap-2 font-semibold">
          <Logo className="size-6" />
          <bdi translate="no" className="line-clamp-1">
            {siteName.use()}
          </bdi>
        </Link>
        <span className="ms-auto text-end text-sm text-balance text-ink-faint">{label}</span>
      </header>
      <main className="flex flex-1 flex-col py-8">
        {children}
        {!children && !error ? <Loading className="flex-1" /> : null}
        {error && asApiError(error).status === 404 ? (
          <div className="my-auto">
            <h1 className="sr-only">{label}</h1>
            <Empty icon={<Unlink />} title={t("gone_title")} text={t("gone_text")} />
          </div>
        ) : error ? (
          <Failure error={error} retry={retry} />
        ) : null}
      </main>
    </div>
  );
}

interface SharedHeadProps {
  title: string;
  /** Seconds. */
  shared: { created_at: number; expires_at: number | null };
}

/** What it is called, since when it is shared, and how long the link is good. */
export function SharedHead({ title, shared }: SharedHeadProps) {
  const { t } = useTranslation("share");
  const format = useFormat();
  return (
    <>
      <h1 dir="auto" className="text-start text-2xl font-semibold wrap-anywhere">
        {title}
      </h1>
      <p className="mb-8 flex flex-wrap gap-x-3 text-sm text-ink-faint">
        <span>{t("shared_on", { when: format.date(shared.created_at * 1000) })}</span>
        {shared.expires_at ? (
          <span>{t("expires", { when: format.date(shared.expires_at * 1000) })}</span>
        ) : null}
      </p>
    </>
  );
}
