import { useMutation } from "@tanstack/react-query";
import { Pause, Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { setPaused } from "../session/requests";
import type { AgentSession } from "../session/types";

/** Holds a task at its next step, or lets it go on. */
export function PauseButton({ session }: { session: AgentSession }) {
  const { t } = useTranslation("tasks");
  const paused = session.earthshine?.paused ?? false;
  const { mutate, isPending } = useMutation({
    mutationFn: () => setPaused(session.id, !paused),
    onError: (thrown) => toast(errorText(thrown), { kind: "error" }),
  });
  return (
    <IconButton label={t(paused ? "resume" : "pause")} disabled={isPending} onClick={() => mutate()}>
      {paused ? <Play className="mirrored" /> : <Pause />}
    </IconButton>
  );
}
