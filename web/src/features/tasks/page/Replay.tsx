import { Pause, Play, SkipBack, SkipForward, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";

/** Between two moments while it plays. */
const PACE_MS = 700;

interface ReplayProps {
  /** How many moments there are, and how many of them are seen. */
  count: number;
  shown: number;
  onShow: (moments: number) => void;
  /** Without it a replay is all there is. */
  onClose?: () => void;
}

/** Steps through what a task did, moment by moment; no model is asked. */
export function Replay({ count, shown, onShow, onClose }: ReplayProps) {
  const { t } = useTranslation("tasks");
  const [playing, play] = useState(false);
  useEffect(() => {
    if (!playing) return;
    if (shown >= count) return play(false);
    const timer = setTimeout(() => onShow(shown + 1), PACE_MS);
    return () => clearTimeout(timer);
  }, [playing, shown, count, onShow]);
  return (
    <section
      aria-label={t("replay")}
      className="flex flex-wrap items-center gap-1 border-b border-line bg-sunken px-2 py-1"
    >
      <IconButton label={t("step_back")} disabled={shown <= 0} onClick={() => onShow(shown - 1)}>
        <SkipBack className="mirrored" />
      </IconButton>
      <IconButton
        label={t(playing ? "replay_pause" : "replay_play")}
        onClick={() => {
          if (!playing && shown >= count) onShow(0);
          play(!playing);
        }}
      >
        {playing ? <Pause /> : <Play className="mirrored" />}
      </IconButton>
      <IconButton label={t("step_on")} disabled={shown >= count} onClick={() => onShow(shown + 1)}>
        <SkipForward className="mirrored" />
      </IconButton>
      <input
        type="range"
        aria-label={t("replay_place")}
        aria-valuetext={t("replay_of", { shown, count })}
        min={0}
        max={count}
        value={shown}
        onChange={(event) => onShow(Number(event.target.value))}
        className="min-w-24 flex-1 accent-accent"
      />
      <span className="text-sm text-ink-faint tabular-nums">{t("replay_of", { shown, count })}</span>
      {onClose ? (
        <IconButton label={t("replay_close")} onClick={onClose}>
          <X />
        </IconButton>
      ) : null}
    </section>
  );
}
