import { useTranslation } from "react-i18next";
import { tooltip } from "@/components/overlays/tooltip";
import { useFormat } from "@/lib/i18n/format";
import { numberOf } from "../data/report";
import { useGrounds } from "./grounds";

/** The number of a passage: pressed, it opens the page there. */
export function EvidenceNumber({ id }: { id: string }) {
  const { t } = useTranslation("research");
  const format = useFormat();
  const { evidence, sources, opening } = useGrounds();
  const cut = evidence.get(id);
  const open = opening(id);
  if (!cut) return null;
  const source = sources.get(cut.source);
  const place = source?.title || source?.url || "";
  const label = t("passage_in", { number: format.number(numberOf(id)), place });
  return (
    <button
      type="button"
      data-evidence={id}
      aria-label={label}
      {...tooltip(label)}
      disabled={!open}
      onClick={() => open?.()}
      className="mx-0.5 inline-grid h-[1.15rem] min-w-[1.15rem] place-items-center rounded-full bg-accent-soft px-1 align-[0.15em] text-[0.7rem] leading-none font-semibold text-accent tabular-nums hover:bg-accent hover:text-accent-ink disabled:opacity-55 coarse:h-6 coarse:min-w-6"
    >
      {format.number(numberOf(id))}
    </button>
  );
}
