import { useTranslation } from "react-i18next";
import { useFormat } from "@/lib/i18n/format";
import { goTo } from "./go-to";

/** The number of a footnote, which leads to it. */
export function FootnoteCall({ number }: { number: number | undefined }) {
  const { t } = useTranslation("markdown");
  const { number: written } = useFormat();
  if (number === undefined) return null;
  return (
    <sup>
      <button
        type="button"
        data-call={number}
        aria-label={t("footnote", { number: written(number) })}
        className="-mx-1 min-w-6 rounded px-0.5 text-accent hover:underline"
        onClick={(event) => goTo(event.currentTarget, `[data-note="${number}"]`)}
      >
        {written(number)}
      </button>
    </sup>
  );
}
