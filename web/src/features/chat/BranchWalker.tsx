import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { useFormat } from "@/lib/i18n/format";
import type { Turn } from "./branch";
import { useThreadActions } from "./thread-actions";

/** Goes from a turn to the one asked before it or after it in the same place. */
export function BranchWalker({ turn }: { turn: Turn }) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const { walkTo } = useThreadActions();
  const place = turn.sibling_ids.indexOf(turn.id);
  const before = turn.sibling_ids[place - 1];
  const after = turn.sibling_ids[place + 1];
  if (!walkTo || place < 0 || turn.sibling_ids.length < 2) return null;
  const numbers = { place: format.number(place + 1), count: format.number(turn.sibling_ids.length) };
  return (
    <fieldset className="flex items-center" aria-label={t("versions")}>
      <IconButton label={t("version_before")} disabled={!before} onClick={() => before && walkTo(before)}>
        <ChevronLeft className="mirrored" />
      </IconButton>
      <span className="min-w-8 text-center text-sm text-ink-soft tabular-nums">
        <span aria-hidden>{t("version_short", numbers)}</span>
        <span className="sr-only">{t("version_of", numbers)}</span>
      </span>
      <IconButton label={t("version_after")} disabled={!after} onClick={() => after && walkTo(after)}>
        <ChevronRight className="mirrored" />
      </IconButton>
    </fieldset>
  );
}
