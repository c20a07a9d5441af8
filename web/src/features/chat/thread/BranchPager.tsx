import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { useFormat } from "@/lib/i18n/format";
import { useThreadActions } from "./thread-actions";

interface BranchPagerProps {
  /** Whose versions they are. */
  label: string;
  /** Turns, oldest first. */
  ids: readonly string[];
  /** The one that is shown. */
  shown: string;
}

/** Goes from one version to the one before it or after it. Nothing where there is only one. */
export function BranchPager({ label, ids, shown }: BranchPagerProps) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const { switchBranch } = useThreadActions();
  const place = ids.indexOf(shown);
  const before = ids[place - 1];
  const after = ids[place + 1];
  if (!switchBranch || place < 0 || ids.length < 2) return null;
  const numbers = { place: format.number(place + 1), count: format.number(ids.length) };
  return (
    <fieldset className="flex items-center" aria-label={label}>
      <IconButton
        label={t("version_before")}
        disabled={!before}
        onClick={() => before && switchBranch(before)}
        className="w-7! coarse:w-9!"
      >
        <ChevronLeft className="mirrored" />
      </IconButton>
      <span className="min-w-8 text-center text-sm text-ink-soft tabular-nums">
        <span aria-hidden>{t("version_short", numbers)}</span>
        <span className="sr-only">{t("version_of", numbers)}</span>
      </span>
      <IconButton
        label={t("version_after")}
        disabled={!after}
        onClick={() => after && switchBranch(after)}
        className="w-7! coarse:w-9!"
      >
        <ChevronRight className="mirrored" />
      </IconButton>
    </fieldset>
  );
}
