import { useSuspenseQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { installationQuery, useSession } from "@/features/session";
import { proceed } from "../progress";

/** The steps before anybody can sign in. Afterwards they are over: who is signed in goes on, others go to the door. */
export function BeforePeople({ children }: { children: ReactNode }) {
  const { t } = useTranslation("setup");
  const { data: installation } = useSuspenseQuery(installationQuery);
  const me = useSession();
  useEffect(() => {
    if (me) proceed({ step: "model" });
  }, [me]);
  if (me) return null;
  if (!installation.people) return children;
  return (
    <div className="flex flex-col gap-3">
      <h1 className="text-2xl font-semibold">{t("over_title")}</h1>
      <p className="text-ink-soft">{t("over_text")}</p>
      <p>
        <Link href="/sign-in?to=/setup" className="text-accent underline">
          {t("over_sign_in")}
        </Link>
      </p>
    </div>
  );
}
