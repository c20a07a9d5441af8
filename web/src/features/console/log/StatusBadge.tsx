import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "../components/Badge";
import type { Status } from "./queries";

const TONES: Record<Status, Tone> = {
  queued: "neutral",
  in_progress: "accent",
  completed: "good",
  incomplete: "warn",
  cancelled: "neutral",
  failed: "bad",
};

export function StatusBadge({ status }: { status: Status }) {
  const { t } = useTranslation("console");
  return <Badge tone={TONES[status]}>{t(`status_${status}`)}</Badge>;
}
