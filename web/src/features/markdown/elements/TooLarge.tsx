import { useTranslation } from "react-i18next";

/** A part that is shown as it was written, and says so. */
export function TooLarge({ source }: { source: string }) {
  const { t } = useTranslation("markdown");
  return (
    <div>
      <p dir="auto" className="text-xs text-ink-faint">
        {t("too_large")}
      </p>
      <div
        dir="auto"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="max-h-[32rem] overflow-auto whitespace-pre-wrap"
      >
        {source}
      </div>
    </div>
  );
}
