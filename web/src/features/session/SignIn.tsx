import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Redirect, useLocation, useSearch } from "wouter";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { Failure, Loading } from "@/components/states";
import { at } from "@/lib/base";
import { useSession } from "./me";
import { SignedOutPage } from "./SignedOutPage";
import { installationQuery, signIn } from "./sign-in";

/** Where people come in. */
export default function SignIn() {
  const { t } = useTranslation("session");
  const me = useSession();
  const installation = useQuery(installationQuery);
  const [, go] = useLocation();
  const to = safePath(new URLSearchParams(useSearch()).get("to"));
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  if (me) return <Redirect to={to} replace />;
  if (installation.isPending) return <Loading className="h-full" />;
  if (installation.data && !installation.data.people) return <Redirect to="/setup" replace />;

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signIn({ email, password });
      go(to, { replace: true });
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <SignedOutPage title={t("sign_in")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {error ? <Failure error={error} /> : null}
        <TextField
          label={t("email")}
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label={t("password")}
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" look="primary" busy={busy}>
          {t("sign_in")}
        </Button>
        {installation.data?.oidc ? (
          <a
            href={at(`/earthshine/v1/sessions/oidc/start?return_to=${encodeURIComponent(to)}`)}
            className="inline-flex min-h-10 items-center justify-center rounded-lg border border-line bg-surface font-medium hover:bg-hover"
          >
            {t("sign_in_oidc")}
          </a>
        ) : null}
      </form>
    </SignedOutPage>
  );
}

/** A path of this app; anything else could lead people to another site. */
function safePath(path: string | null): string {
  return path?.startsWith("/") && !path.startsWith("//") && !path.includes("\\") ? path : "/";
}
