import { Download as DownloadIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Switch } from "@/components/field";
import { toast } from "@/components/overlays/toast";
import { useMe } from "@/features/session";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { accessOf } from "../access";
import { Badge } from "../components/Badge";
import { Loaded } from "../components/Loaded";
import { quickest } from "./figures";
import { Abilities } from "./Installed";
import { type CatalogEntry, useCatalog, useModelChanges } from "./queries";

/** Models that are known by name, with what each needs and whether this machine has it. */
export function CatalogList() {
  const { t } = useTranslation("console");
  const catalog = useCatalog();
  const [all, setAll] = useState(false);
  return (
    <Loaded query={catalog}>
      {(entries) => (
        <div className="flex flex-col gap-4">
          <div className="max-w-md">
            <Switch label={t("catalog_all")} hint={t("catalog_all_hint")} checked={all} onChange={setAll} />
          </div>
          <ul className="grid gap-3 md:grid-cols-2">
            {entries
              .filter((entry) => all || entry.fits || entry.installed_as !== null)
              .sort((a, b) => Number(b.recommended) - Number(a.recommended))
              .map((entry) => (
                <Entry key={entry.name} entry={entry} />
              ))}
          </ul>
        </div>
      )}
    </Loaded>
  );
}

function Entry({ entry }: { entry: CatalogEntry }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const { can } = accessOf(useMe().permissions);
  const { download } = useModelChanges();
  return (
    <li className="flex flex-col gap-2 rounded-2xl border border-line bg-surface p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="font-semibold">
          <bdi>{entry.name}</bdi>
        </h2>
        {entry.recommended ? <Badge tone="accent">{t("catalog_recommended")}</Badge> : null}
        {entry.installed_as ? <Badge tone="good">{t("catalog_installed")}</Badge> : null}
        <FitBadge entry={entry} />
      </div>
      <p dir="auto" className="text-sm text-ink-soft">
        {t(aboutKey(entry.name), { defaultValue: entry.description })}
      </p>
      <dl className="grid grid-cols-[repeat(auto-fit,minmax(12rem,1fr))] gap-x-4 gap-y-1 text-sm">
        <Fact name={t("models_size")} value={format.bytes(entry.size)} />
        <Fact name={t("catalog_needs")} value={format.bytes(entry.needs_memory)} />
        <Fact
          name={t("models_context")}
          value={format.number(entry.context_length, { notation: "compact" })}
        />
        <Fact
          name={t("catalog_parameters")}
          value={format.number(entry.parameters, { notation: "compact", maximumFractionDigits: 1 })}
        />
        {entry.placement ? (
          <Fact name={t("catalog_runs_on")} value={t(`placement_${entry.placement}`)} />
        ) : null}
        <Fact name={t("catalog_licence")} value={entry.licence} />
        <Fact name={t("catalog_owner")} value={entry.owner} />
      </dl>
      <MeasuredLine figures={entry.figures} />
      <div className="mt-auto flex flex-wrap items-center justify-between gap-2 pt-1">
        <Abilities abilities={entry.abilities} />
        {can("installation.manage") && !entry.installed_as && !entry.server ? (
          <Button
            size="small"
            look={entry.recommended ? "primary" : "outline"}
            busy={download.isPending}
            disabled={!entry.fits}
            onClick={() =>
              download.mutate(
                { name: entry.name },
                { onError: (error) => toast(errorText(error), { kind: "error" }) },
              )
            }
          >
            <DownloadIcon className="size-4" aria-hidden />
            {entry.download_id ? t("download_resume") : t("download_start")}
          </Button>
        ) : null}
      </div>
    </li>
  );
}

/** The message that describes a known model in the person's language. */
export function aboutKey(name: string): string {
  return `about_${name.replace(/[^a-z0-9]+/g, "_")}`;
}

function FitBadge({ entry }: { entry: CatalogEntry }) {
  const { t } = useTranslation("console");
  if (entry.server) return <Badge tone="warn">{t("fit_server")}</Badge>;
  if (!entry.fits) return <Badge tone="bad">{t("fit_no")}</Badge>;
  if (entry.reachable === "no" && !entry.installed_as)
    return <Badge tone="warn">{t("fit_unreachable")}</Badge>;
  return (
    <Badge tone="good">
      {entry.speed ? t(`speed_${entry.speed}`, { defaultValue: entry.speed }) : t("fit_yes")}
    </Badge>
  );
}

/** How fast it was here, by the quickest build. */
function MeasuredLine({ figures }: { figures: CatalogEntry["figures"] }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const best = quickest(figures);
  if (!best) return null;
  return (
    <p className="text-sm text-ink-soft">
      {t("catalog_measured", {
        reads: format.number(best.reads, { maximumFractionDigits: 0 }),
        writes: format.number(best.writes, { maximumFractionDigits: 1 }),
      })}
    </p>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex justify-between gap-2">
      <dt className="text-ink-faint">{name}</dt>
      <dd className="shrink-0 text-end">
        <bdi>{value}</bdi>
      </dd>
    </div>
  );
}
