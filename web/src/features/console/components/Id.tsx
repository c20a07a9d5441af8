import { useTranslation } from "react-i18next";
import { CopyIcon } from "./code/CopyButton";

/** The beginning and the end of an id, which tell ids of one kind apart. */
export function shortId(id: string): string {
  return id.length > 20 ? `${id.slice(0, 9)}…${id.slice(-6)}` : id;
}

/** An id, shortened, whole in its title and on the clipboard. */
export function Id({ id, whole = false }: { id: string; whole?: boolean }) {
  const { t } = useTranslation("console");
  return (
    <span className="inline-flex max-w-full items-center gap-0.5">
      <code title={id} className="min-w-0 text-[0.8125rem] text-ink-soft">
        {whole ? id : shortId(id)}
      </code>
      <CopyIcon text={id} label={t("copy_id")} className="size-7 [&_svg]:size-3.5" />
    </span>
  );
}
