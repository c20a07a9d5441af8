import { RotateCw, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { ErrorMessage } from "@/components/error-message";
import { toast } from "@/components/overlays/toast";
import { readAgain } from "@/features/files";
import { errorText, type Fault } from "@/lib/errors/texts";

interface UnreadableProps {
  fileId: string;
  error: unknown;
  retry: () => void;
}

/** Why a document cannot be shown, and what can be done. */
export function Unreadable({ fileId, error, retry }: UnreadableProps) {
  const { t } = useTranslation("reading");
  const [busy, setBusy] = useState(false);
  async function again() {
    setBusy(true);
    try {
      await readAgain(fileId);
      retry();
    } catch (thrown) {
      toast(errorText(thrown), { kind: "error" });
    } finally {
      setBusy(false);
    }
  }
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-3 p-10 text-center">
      <TriangleAlert className="size-8 text-warn" aria-hidden />
      <p>{error ? <ErrorMessage fault={error as Fault} /> : t("not_readable")}</p>
      <Button busy={busy} onClick={() => void again()}>
        <RotateCw className="size-4" aria-hidden />
        {t("read_again")}
      </Button>
    </div>
  );
}
