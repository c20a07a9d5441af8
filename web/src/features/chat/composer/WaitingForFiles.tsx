import { LoaderCircle } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";

/** Says that the message goes by itself when its files are there, and lets it be written on. */
export function WaitingForFiles({ onEnd }: { onEnd: () => void }) {
  const { t } = useTranslation("chat");
  return (
    <p role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 pt-3 text-sm text-ink-soft">
      <LoaderCircle className="size-4 animate-spin" aria-hidden />
      <span className="min-w-40 flex-1">{t("waiting_for_files")}</span>
      <Button size="small" look="plain" onClick={onEnd}>
        {t("waiting_end")}
      </Button>
    </p>
  );
}
