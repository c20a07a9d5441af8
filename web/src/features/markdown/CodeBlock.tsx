import { Check, Copy, WrapText } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { cx } from "@/lib/class-names";
import { CodeText } from "./CodeText";
import { languageName } from "./languages";

interface Props {
  code: string;
  /** What stands after the fence: the language first. */
  info: string;
  /** Whether it is whole; code that still grows is not coloured. */
  closed: boolean;
}

/** Code with what people do to code: see its language, copy it, wrap its lines. */
export function CodeBlock({ code, info, closed }: Props) {
  const { t } = useTranslation("markdown");
  const [wrapped, setWrapped] = useState(false);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    setCopied(true);
  };
  const name = languageName(info);
  return (
    <figure className="overflow-hidden rounded-xl border border-line bg-code" dir="ltr">
      <figcaption className="flex items-center gap-1 border-b border-line ps-3 pe-1 text-xs text-ink-soft">
        <span className="min-w-0 grow truncate">{name || t("code")}</span>
        <IconButton
          label={wrapped ? t("unwrap") : t("wrap")}
          aria-pressed={wrapped}
          onClick={() => setWrapped(!wrapped)}
        >
          <WrapText aria-hidden />
        </IconButton>
        <IconButton label={copied ? t("copied") : t("copy_code")} onClick={copy}>
          {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
        </IconButton>
      </figcaption>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className={cx(
          "max-h-[40rem] overflow-auto p-3 text-[0.8125rem] leading-relaxed",
          wrapped ? "whitespace-pre-wrap" : "whitespace-pre",
        )}
      >
        <CodeText code={code} info={info} closed={closed} />
      </pre>
    </figure>
  );
}
