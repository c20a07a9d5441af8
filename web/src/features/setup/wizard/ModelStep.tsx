import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Redirect, useLocation } from "wouter";
import { Button } from "@/components/button";
import { Failure, Loading } from "@/components/states";
import {
  DownloadLine,
  kindsOf,
  useCatalog,
  useDevices,
  useDownloads,
  useInstalledModels,
  useMachine,
  useModelChanges,
} from "@/features/console";
import { useSession } from "@/features/session";
import { useFormat } from "@/lib/i18n/format";
import { finish } from "../progress";
import { ModelOffers } from "./ModelOffers";
import { offersOf } from "./offers";
import { ServerChoice } from "./ServerChoice";

const PULL = "earthshine pull file:/path/model.gguf";

/** A model that fits this machine. A download runs on while one begins with what is there. */
export function ModelStep() {
  const me = useSession();
  if (!me) return <Redirect to="/sign-in?to=/setup" replace />;
  if (!me.permissions.includes("installation.manage")) return <Redirect to="/" replace />;
  return <Choice />;
}

/** What can answer now: no alias, and no model for tests while there is another. */
function useReadyModel(): string | null {
  const models = useInstalledModels();
  const standard = models.data?.find((model) => model.id === "default");
  return standard?.earthshine.alias_of ?? null;
}

function Choice() {
  const { t } = useTranslation("setup");
  const [, go] = useLocation();
  const catalog = useCatalog();
  const downloads = useDownloads(true);
  const { download } = useModelChanges();
  const ready = useReadyModel();
  const unfinished = (downloads.data ?? []).filter((each) => each.state !== "completed");
  const running = unfinished.some((each) => each.state === "running");
  const asking = catalog.data?.some((entry) => entry.reachable === "unknown" && !entry.server) ?? true;
  const offers = asking ? [] : offersOf(catalog.data ?? []);
  // Ticked beforehand: who sets up an assistant wants one worth talking to. Null is "none for now".
  const recommended = offers.find((entry) => entry.recommended)?.name ?? null;
  const [picked, pick] = useState<string | null>();
  const chosen = picked === undefined ? recommended : picked;
  const begin = async () => {
    if (chosen && !unfinished.length) await download.mutateAsync({ name: chosen, on_trial: ready !== null });
    if (!ready) return;
    finish();
    go("/", { replace: true });
  };
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-1">
        <h1 className="text-2xl font-semibold">{t("model_title")}</h1>
        <MachineLine />
      </div>
      <p className="rounded-2xl bg-accent-soft p-4">
        {ready ? t("model_ready", { model: ready }) : t("model_none")}
      </p>
      {unfinished.length ? (
        <ul className="flex flex-col gap-3">
          {unfinished.map((each) => (
            <li key={each.id} className="rounded-2xl border border-line bg-surface p-4">
              <DownloadLine item={each} />
              {each.state === "running" && ready ? (
                <p className="pt-2 text-sm text-ink-soft">{t("model_choose_text", { model: ready })}</p>
              ) : null}
            </li>
          ))}
        </ul>
      ) : (
        <ModelOffers offers={offers} ready={ready} chosen={chosen} onChoose={pick} />
      )}
      {asking && !catalog.error ? <Loading label={t("model_asking")} /> : null}
      {catalog.error ? <Failure error={catalog.error} retry={() => void catalog.refetch()} /> : null}
      {!asking && !offers.length && !unfinished.length ? (
        <p className="text-ink-soft">{t("model_unreachable", { command: PULL })}</p>
      ) : null}
      <ServerChoice />
      {download.error ? <Failure error={download.error} /> : null}
      <div className="flex flex-wrap items-center gap-3 pt-1">
        <Button
          look="primary"
          busy={download.isPending}
          disabled={!ready && (running || !chosen)}
          onClick={() => void begin().catch(() => undefined)}
        >
          {ready ? t("model_begin") : t("model_download")}
        </Button>
        <Link href="/console/models?tab=catalog" onClick={finish} className="text-accent underline">
          {t("model_console")}
        </Link>
      </div>
    </div>
  );
}

function MachineLine() {
  const { t } = useTranslation("setup");
  const format = useFormat();
  const { data: machine } = useMachine(true);
  const { data: devices } = useDevices();
  if (!machine) return <p className="text-ink-soft">{t("model_text")}</p>;
  return (
    <p className="text-ink-soft">
      {t("model_machine", {
        memory: format.bytes(machine.memory),
        disk: format.bytes(machine.disk_free),
        count: machine.cores,
        n: format.number(machine.cores),
      })}{" "}
      {devices?.data.length
        ? t("model_devices", {
            devices: format.list(kindsOf(devices.data, format.bytes)),
          })
        : null}
    </p>
  );
}
