import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { ErrorMessage } from "@/components/error-message";
import { toast } from "@/components/overlays/toast";
import { useMe } from "@/features/session";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { accessOf } from "../access";
import { Progress } from "../components/charts/Progress";
import { Section } from "../components/Page";
import { type Download, useDownloads, useModelChanges } from "./queries";

/** Downloads that run, and those that ended without a model. */
export function Downloads() {
  const { t } = useTranslation("console");
  const { data } = useDownloads(true);
  const client = useQueryClient();
  const finished = data?.filter((each) => each.state === "completed").length ?? 0;
  const before = useRef(finished);
  useEffect(() => {
    // What has just arrived is installed now.
    if (finished > before.current) void client.invalidateQueries({ queryKey: ["console"] });
    before.current = finished;
  }, [finished, client]);
  const shown = (data ?? []).filter((each) => each.state !== "completed");
  if (shown.length === 0) return null;
  return (
    <Section title={t("downloads")}>
      <ul className="flex flex-col gap-3">
        {shown.map((each) => (
          <li key={each.id} className="rounded-2xl border border-line bg-surface p-4">
            <DownloadLine item={each} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** How far a download is, with stop, resume and forget. */
export function DownloadLine({ item }: { item: Download }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const { can } = accessOf(useMe().permissions);
  const { download, stopDownload } = useModelChanges();
  const onError = (error: unknown) => toast(errorText(error), { kind: "error" });
  const total = item.bytes_total;
  const left =
    item.bytes_per_second && total ? Math.max(0, total - item.bytes_done) / item.bytes_per_second : null;
  const amount = total
    ? t("download_amount", { done: format.bytes(item.bytes_done), all: format.bytes(total) })
    : format.bytes(item.bytes_done);
  const words = [
    amount,
    item.state === "running" && item.bytes_per_second
      ? t("download_speed", { speed: format.bytes(item.bytes_per_second) })
      : null,
    item.state === "running" && left !== null
      ? t("download_left", { time: format.duration(Math.ceil(left)) })
      : null,
  ].filter((each) => each !== null);
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="font-medium">
          <bdi>{item.model}</bdi>{" "}
          <span className="font-normal text-ink-faint">
            {item.state === "running" && item.stage
              ? t(`stage_${item.stage}`, { defaultValue: item.stage })
              : t(`download_${item.state}`)}
          </span>
        </p>
        {can("installation.manage") ? (
          <span className="flex gap-2">
            {item.state === "running" || item.state === "completed" ? null : (
              <Button
                size="small"
                busy={download.isPending}
                onClick={() => download.mutate(resuming(item), { onError })}
              >
                {t("download_resume")}
              </Button>
            )}
            {item.state === "completed" ? null : (
              <Button
                size="small"
                busy={stopDownload.isPending}
                onClick={() => stopDownload.mutate(item.id, { onError })}
              >
                {item.state === "running" ? t("download_stop") : t("download_forget")}
              </Button>
            )}
          </span>
        ) : null}
      </div>
      <Progress
        label={t("download_of", { model: item.model })}
        part={total ? item.bytes_done / total : 0}
        words={format.list(words)}
        work
      />
      {item.note ? (
        <p dir="auto" className="text-sm text-ink-soft">
          {item.note}
        </p>
      ) : null}
      {item.error ? (
        <p role="alert" className="text-sm text-bad">
          <ErrorMessage fault={item.error} />
        </p>
      ) : null}
    </div>
  );
}

/** The request that goes on with a download. */
function resuming(item: Download) {
  return { source: item.source, name: item.model };
}
