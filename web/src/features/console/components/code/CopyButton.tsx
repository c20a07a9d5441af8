import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { copyText } from "./copy";

const SHOWN_MS = 1600;

function useCopy(text: string): [boolean, () => void] {
  const { t } = useTranslation("console");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return [
    copied,
    () =>
      void copyText(text).then((done) => {
        if (done) setCopied(true);
        else toast(t("copy_failed"), { kind: "error" });
      }),
  ];
}

/** Copies text; `label` says what. */
export function CopyIcon({ text, label, className }: { text: string; label: string; className?: string }) {
  const { t } = useTranslation("console");
  const [copied, copy] = useCopy(text);
  return (
    <IconButton label={copied ? t("copied") : label} onClick={copy} className={className}>
      {copied ? <Check className="text-good" /> : <Copy />}
    </IconButton>
  );
}

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation("console");
  const [copied, copy] = useCopy(text);
  return (
    <Button size="small" onClick={copy}>
      {copied ? <Check className="size-4 text-good" aria-hidden /> : <Copy className="size-4" aria-hidden />}
      <span aria-live="polite">{copied ? t("copied") : (label ?? t("copy"))}</span>
    </Button>
  );
}
