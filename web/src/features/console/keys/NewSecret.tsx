import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { CopyButton } from "../parts/CopyButton";
import type { NewKey } from "./queries";

/** A new key's value, which nobody can show again. */
export function NewSecret({ item, onClose }: { item: NewKey; onClose: () => void }) {
  const { t } = useTranslation("console");
  return (
    <Dialog
      title={t("secret_title", { name: item.name })}
      size="small"
      onClose={onClose}
      actions={
        <Button look="primary" onClick={onClose}>
          {t("done")}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <p>{t("secret_text")}</p>
        <code className="block rounded-xl border border-line bg-code p-3 text-sm break-all">
          {item.value}
        </code>
        <div>
          <CopyButton text={item.value} label={t("secret_copy")} />
        </div>
      </div>
    </Dialog>
  );
}
