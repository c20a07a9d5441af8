import { useTranslation } from "react-i18next";
import { Link, Redirect, useLocation } from "wouter";
import { Button } from "@/components/button";
import { Failure, Loading } from "@/components/states";
import {
  type CatalogEntry,
  DownloadLine,
  useCatalog,
  useDownloads,
  useInstalledModels,
  useMachine,
  useModelChanges,
} from "@/features/console";
import { useSession } from "@/features/session";
import { useFormat } from "@/lib/i18n/format";
import { finish } from "../progress";

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
  const ready = useReadyModel();
  const running = (downloads.data ?? []).filter((each) => each.state !== "completed");
  const offered = (catalog.data ?? []).filter(
    (entry) => entry.fits && !entry.server && !entry.installed_as && entry.abilities.includes("chat"),
  );
  const recommended = offered.find((entry) => entry.recommended);
  const begin = () => {
    finish();
    go("/", { replace: true });
  };
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col gap-1">
        <h1 className="text-2xl font-semibold">{t("model_title")}</h1>
        <MachineLine />
      </div>
      {running.length ? (
        <ul className="flex flex-col gap-3">
          {running.map((each) => (
            <li key={each.id} className="rounded-2xl border border-line bg-surface p-4">
              <DownloadLine item={each} />
            </li>
          ))}
        </ul>
      ) : null}
      {catalog.isPending ? <Loading /> : null}
      {catalog.error ? <Failure error={catalog.error} retry={() => void catalog.refetch()} /> : null}
      {recommended && !running.some((each) => each.model === recommended.name) ? (
        <Offer entry={recommended} first />
      ) : null}
      {offered.length > (recommended ? 1 : 0) ? (
        <details>
          <summary className="w-fit rounded text-accent">{t("model_others")}</summary>
          <ul className="flex flex-col gap-2 pt-3">
            {offered
              .filter((entry) => entry !== recommended)
              .map((entry) => (
                <li key={entry.name}>
                  <Offer entry={entry} />
                </li>
              ))}
          </ul>
        </details>
      ) : null}
      <div className="flex flex-col gap-2 rounded-2xl bg-accent-soft p-4">
        <p>{ready ? t("model_ready", { model: ready }) : t("model_none")}</p>
        {running.some((each) => each.state === "running") ? (
          <p className="text-sm text-ink-soft">{t("model_runs_on")}</p>
        ) : null}
        <div className="flex flex-wrap items-center gap-3 pt-1">
          <Button look="primary" disabled={!ready} onClick={begin}>
            {t("model_begin")}
          </Button>
          <Link href="/console/models?tab=catalog" onClick={finish} className="text-accent underline">
            {t("model_console")}
          </Link>
        </div>
      </div>
    </div>
  );
}

function MachineLine() {
  const { t } = useTranslation("setup");
  const format = useFormat();
  const { data: machine } = useMachine(true);
  if (!machine) return <p className="text-ink-soft">{t("model_text")}</p>;
  return (
    <p className="text-ink-soft">
      {t("model_machine", {
        memory: format.bytes(machine.memory),
        disk: format.bytes(machine.disk_free),
        count: machine.cores,
        n: format.number(machine.cores),
      })}
    </p>
  );
}

function Offer({ entry, first = false }: { entry: CatalogEntry; first?: boolean }) {
  const { t } = useTranslation("setup");
  const format = useFormat();
  const { download } = useModelChanges();
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-2xl border border-line bg-surface p-4">
      <div className="min-w-0 flex-1">
        <p className="font-medium">
          <bdi>{entry.name}</bdi>
          {first ? (
            <span className="block text-sm font-normal text-accent">{t("model_recommended")}</span>
          ) : null}
        </p>
        <p className="text-sm text-ink-soft">
          {t("model_facts", { size: format.bytes(entry.size), licence: entry.licence })}
        </p>
        {download.error ? <Failure error={download.error} className="mt-2" /> : null}
      </div>
      <Button
        look={first ? "primary" : "outline"}
        busy={download.isPending}
        onClick={() => download.mutate({ name: entry.name })}
      >
        {t("model_download")}
      </Button>
    </div>
  );
}
