import { useTranslation } from "react-i18next";

/** The variables of a prompt. Nothing where it has none. */
export function VariableNames({ names }: { names: readonly string[] }) {
  const { t } = useTranslation("library");
  if (names.length === 0) return null;
  return (
    <ul aria-label={t("variables")} className="mt-1.5 flex flex-wrap gap-1">
      {names.map((name) => (
        <li key={name} className="rounded-md bg-code px-1.5 py-0.5 text-xs text-ink-soft">
          <bdi>{name}</bdi>
        </li>
      ))}
    </ul>
  );
}
