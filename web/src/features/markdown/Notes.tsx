import { useTranslation } from "react-i18next";

/** The number of a footnote, which leads to it. */
export function NoteCall({ number, idPrefix }: { number: number | undefined; idPrefix: string }) {
  const { t } = useTranslation("markdown");
  if (number === undefined) return null;
  return (
    <sup>
      <a
        href={`#${idPrefix}-note-${number}`}
        aria-label={t("footnote", { number })}
        className="px-0.5 text-accent hover:underline"
      >
        {number}
      </a>
    </sup>
  );
}
