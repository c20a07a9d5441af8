import { Eye } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";

interface NeedsEyesProps {
  /** A model that sees pictures, if there is one. */
  other: string | undefined;
  onModel: (model: string) => void;
}

/** Says, before a message is sent, that its pictures would not be seen; and offers a model that sees them. */
export function NeedsEyes({ other, onModel }: NeedsEyesProps) {
  const { t } = useTranslation("chat");
  return (
    <div
      role="alert"
      className="mx-3 mt-3 flex flex-wrap items-center gap-2 rounded-xl bg-warn-soft px-3 py-2 text-sm"
    >
      <p className="min-w-0 flex-1 basis-48">{t(other ? "model_blind" : "all_models_blind")}</p>
      {other ? (
        <Button size="small" className="max-w-full" onClick={() => onModel(other)}>
          <Eye className="size-4 shrink-0" aria-hidden />
          <bdi className="truncate">{t("model_use", { model: other })}</bdi>
        </Button>
      ) : null}
    </div>
  );
}
