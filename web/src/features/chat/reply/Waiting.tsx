import { useQuery } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, data, type Schemas } from "@/lib/api";
import { useFormat } from "@/lib/i18n/format";
import { useModel } from "../models/models";

type Engine = Schemas["Engine"];

/** After this long without a word, the reason is worth saying. */
const LONG_WAIT_MS = 3000;

interface WaitingProps {
  /** Whether the reply before it is still being written. */
  queued: boolean;
  /** Who is asked, as far as that is known. */
  model: string | undefined;
}

/** Before the first word: the reply stands in a queue, or the model is on its way; after a while, why and how long. */
export function Waiting({ queued, model }: WaitingProps) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const [seconds, setSeconds] = useState(0);
  const long = !queued && seconds * 1000 >= LONG_WAIT_MS;
  const engine = useEngine(model, long);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const time = format.duration(seconds);
  const percent = engine?.load?.percent;
  const loading = engine?.state === "loading";
  const words = () => {
    if (queued) return t("queued");
    if (!long) return t("waiting");
    if (loading && percent !== undefined)
      return t("waiting_load", { percent: format.percent(percent / 100) });
    if (loading) return t("waiting_loading", { time });
    if (engine && engine.requests > 1) return t("waiting_busy", { count: engine.requests, time });
    return t(engine ? "waiting_reading" : "waiting_server", { time });
  };
  return (
    <div className="flex flex-col gap-2 text-ink-faint">
      <p className="flex items-center gap-2">
        <LoaderCircle className="size-4 animate-spin" aria-hidden />
        {words()}
      </p>
      {loading && percent !== undefined ? (
        <progress aria-label={t("waiting")} max={100} value={percent} className="h-1.5 w-64 max-w-full" />
      ) : null}
    </div>
  );
}

/** What the engine of a model on this machine does now; nothing for one of another server. */
function useEngine(name: string | undefined, enabled: boolean): Engine | undefined {
  const model = useModel(name);
  const real = model?.earthshine.alias_of ?? model?.id;
  const { data: engines } = useQuery({
    queryKey: ["engines", "waiting"],
    queryFn: ({ signal }) => data(api.GET("/earthshine/v1/engines", { signal })),
    enabled: enabled && real !== undefined,
    refetchInterval: 1000,
    retry: false,
  });
  return enabled ? engines?.data.find((each) => each.model === real) : undefined;
}
