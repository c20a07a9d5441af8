import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { toast } from "@/components/overlays/toast";
import { Failure } from "@/components/states";
import { useMe } from "@/features/session";
import { api, data } from "@/lib/api";
import { queryClient } from "@/lib/query-client";
import { Group } from "../Group";
import { Sessions } from "./Sessions";

/** Who the person is to the installation, and where they are signed in. */
export function Account() {
  return (
    <>
      <Identity />
      <Password />
      <Sessions />
    </>
  );
}

function Identity() {
  const { t } = useTranslation("settings");
  const shell = useTranslation("shell").t;
  const me = useMe();
  const [name, setName] = useState(me.user.name ?? "");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await data(api.POST("/earthshine/v1/sessions/name", { body: { name: name.trim() } }));
      await queryClient.invalidateQueries({ queryKey: ["me"] });
      toast(t("saved"));
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Group title={t("you")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {error ? <Failure error={error} /> : null}
        <TextField
          label={t("name")}
          required
          autoComplete="name"
          maxLength={256}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField label={t("email")} disabled dir="ltr" className="text-start" value={me.user.email} />
        <Button
          type="submit"
          look="primary"
          busy={busy}
          className="self-end"
          disabled={!name.trim() || name.trim() === me.user.name}
        >
          {shell("save")}
        </Button>
      </form>
    </Group>
  );
}

function Password() {
  const { t } = useTranslation("settings");
  const me = useMe();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const body = { current_password: current, new_password: next };
      await data(api.POST("/earthshine/v1/sessions/password", { body }));
      setCurrent("");
      setNext("");
      toast(t("password_changed"));
      await queryClient.invalidateQueries({ queryKey: ["sessions"] });
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Group title={t("password")} text={t("password_text")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {error ? <Failure error={error} /> : null}
        {/* For password managers, which ask whose password this is. */}
        <input type="email" autoComplete="username" value={me.user.email} readOnly hidden />
        <TextField
          label={t("current_password")}
          type="password"
          required
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <TextField
          label={t("new_password")}
          hint={t("new_password_hint")}
          type="password"
          required
          minLength={10}
          autoComplete="new-password"
          value={next}
          onChange={(event) => setNext(event.target.value)}
        />
        <Button type="submit" look="primary" busy={busy} className="self-end">
          {t("change_password")}
        </Button>
      </form>
    </Group>
  );
}
