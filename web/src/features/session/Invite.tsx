import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { Failure } from "@/components/states";
import { SignedOutPage } from "./SignedOutPage";
import { acceptInvite } from "./sign-in";

/** Where an invitation's link leads: `/invite#TOKEN`, a fragment, so that the token stays out of every log. */
export default function Invite() {
  const { t } = useTranslation("session");
  const [, go] = useLocation();
  const [token, setToken] = useState(() => window.location.hash.slice(1));
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await acceptInvite({ token: token.trim(), name, password });
      go("/", { replace: true });
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <SignedOutPage title={t("welcome")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {error ? <Failure error={error} /> : null}
        <TextField
          label={t("invitation")}
          required
          value={token}
          autoComplete="off"
          onChange={(event) => setToken(event.target.value)}
        />
        <TextField
          label={t("name")}
          required
          autoComplete="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label={t("new_password")}
          hint={t("password_hint")}
          type="password"
          autoComplete="new-password"
          required
          minLength={10}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" look="primary" busy={busy}>
          {t("accept")}
        </Button>
      </form>
    </SignedOutPage>
  );
}
