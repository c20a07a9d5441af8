import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { tooltip } from "@/components/overlays/tooltip";
import type { TextCheck } from "@/lib/stream";

/** Stands behind words of a reply that are in none of the files that it was given. */
export function CheckMark({ check }: { check: TextCheck }) {
  const { t } = useTranslation("chat");
  const words =
    check.type === "quotation"
      ? t("check_quotation")
      : check.type === "figure"
        ? t("check_figure")
        : t("check_citation");
  return (
    <span
      role="img"
      aria-label={words}
      {...tooltip(words)}
      className="mx-0.5 inline-block align-[-0.15em] text-warn"
    >
      <CircleAlert className="size-4" aria-hidden />
    </span>
  );
}
