import { Check, Copy, Download } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { saveFile } from "@/lib/save-file";
import { fileName } from "./languages";

interface Props {
  title: string;
  /** What is copied and kept as a file. */
  code: string;
  /** What stands after the fence: the file's kind. */
  info: string;
  copyLabel: string;
  tools?: ReactNode;
  children: ReactNode;
}

/** The box round code and diagrams: what it is, what can be done with it, and the thing itself. */
export function CodeFrame({ title, code, info, copyLabel, tools, children }: Props) {
  const { t } = useTranslation("markdown");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () =>
    navigator.clipboard.writeText(code).then(
      () => setCopied(true),
      () => toast(t("copy_failed"), { kind: "error" }),
    );
  return (
    <figure className="wide overflow-hidden rounded-xl border border-line bg-code" dir="ltr">
      <figcaption className="flex items-center gap-1 border-b border-line ps-3 pe-1 text-xs text-ink-soft">
        <span dir="auto" className="min-w-0 grow truncate text-left">
          {title}
        </span>
        {tools}
        <IconButton label={t("download")} onClick={() => saveFile(new Blob([code]), fileName(info))}>
          <Download aria-hidden />
        </IconButton>
        <IconButton label={copied ? t("copied") : copyLabel} onClick={copy}>
          {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
        </IconButton>
      </figcaption>
      {children}
    </figure>
  );
}
