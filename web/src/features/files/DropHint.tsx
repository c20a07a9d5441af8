import { FileUp } from "lucide-react";
import { useTranslation } from "react-i18next";

/** Lies over the page while files are held over it. */
export function DropHint() {
  const { t } = useTranslation("files");
  return (
    <div className="pointer-events-none fixed inset-0 z-40 grid place-items-center bg-ground/80 p-6">
      <p className="flex items-center gap-3 rounded-2xl border-2 border-dashed border-accent bg-surface px-8 py-6 font-medium shadow-raised">
        <FileUp className="size-5 text-accent" aria-hidden />
        {t("drop_here")}
      </p>
    </div>
  );
}
