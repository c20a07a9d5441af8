import { useQuery } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useModels } from "@/features/chats";
import { api, data } from "@/lib/api";
import { useFormat } from "@/lib/i18n/format";

const EVERY_MS = 1000;

/** Why the first word takes so long: how far the model is loaded, or that it serves others. */
export function LoadProgress({ model }: { model: string | null | undefined }) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const models = useModels();
  const engines = useQuery({
    queryKey: ["engines while waiting"],
    queryFn: () => data(api.GET("/v1/engines")),
    refetchInterval: EVERY_MS,
    retry: false,
  });
  const name = models.data?.find((each) => each.id === (model ?? "default"))?.earthshine.alias_of ?? model;
  const engine =
    engines.data?.data.find((each) => each.model === name) ??
    engines.data?.data.find((each) => each.state === "loading");
  const load = engine?.state === "loading" ? engine.load : null;
  const words =
    engine?.state === "ready"
      ? t("waiting_busy")
      : load
        ? load.percent < 99
          ? t("waiting_load", { percent: format.percent(load.percent / 100) })
          : t("waiting_trial")
        : t("waiting_long");
  return (
    <div className="flex max-w-sm flex-col gap-1.5 text-ink-faint">
      <p className="flex items-center gap-2">
        <LoaderCircle className="size-4 shrink-0 animate-spin" aria-hidden />
        {words}
      </p>
      {load ? (
        <progress
          max={100}
          value={load.percent}
          aria-label={words}
          className="h-1.5 w-full overflow-hidden rounded-full accent-accent"
        />
      ) : null}
    </div>
  );
}
