import { useTranslation } from "react-i18next";
import { CopyIcon } from "./CopyButton";

/** Code or JSON as it stands, with a button that copies it. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  const { t } = useTranslation("console");
  return (
    <div className="flex rounded-xl border border-line bg-code">
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={label}
        className="max-h-96 min-w-0 flex-1 overflow-auto p-4 text-[0.8125rem] leading-relaxed"
      >
        <pre>
          <code>{code}</code>
        </pre>
      </section>
      <div className="p-1.5">
        <CopyIcon text={code} label={t("copy")} />
      </div>
    </div>
  );
}
