import { WrapText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { cx } from "@/lib/class-names";
import { Diagram } from "../diagram/Diagram";
import { CodeFrame } from "./CodeFrame";
import { CodeText } from "./CodeText";
import { languageName, languageOf } from "./languages";

interface Props {
  code: string;
  /** What stands after the fence: the language first. */
  info: string;
  /** Whether it is whole; what still grows is neither coloured nor drawn. */
  closed: boolean;
}

/** Characters that make text run in another direction than it seems to (CVE-2021-42574). */
const HIDDEN = /[\u202a-\u202e\u2066-\u2069]/;

/** Code with what people do to code: see its language, copy it, wrap its lines. */
export function CodeBlock({ code, info, closed }: Props) {
  const { t } = useTranslation("markdown");
  const [wrapped, setWrapped] = useState(false);
  if (closed && languageOf(info) === "mermaid") return <Diagram source={code} info={info} />;
  return (
    <CodeFrame
      title={languageName(info) || t("code")}
      code={code}
      info={info}
      copyLabel={t("copy_code")}
      tools={
        <IconButton
          label={wrapped ? t("unwrap") : t("wrap")}
          aria-pressed={wrapped}
          onClick={() => setWrapped(!wrapped)}
        >
          <WrapText aria-hidden />
        </IconButton>
      }
    >
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className={cx(
          "max-h-[40rem] overflow-auto p-3 text-sm leading-relaxed",
          wrapped ? "whitespace-pre-wrap" : "whitespace-pre",
        )}
      >
        <CodeText code={code} info={info} closed={closed} />
      </pre>
      {closed && HIDDEN.test(code) ? (
        <p dir="auto" className="border-t border-line bg-warn-soft px-3 py-2 text-xs text-warn">
          {t("hidden_characters")}
        </p>
      ) : null}
    </CodeFrame>
  );
}
