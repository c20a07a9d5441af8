import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { readArguments } from "./approvals";

/** What a tool is called with: each value under its name, or the text itself where it is no object. */
export function Arguments({ json }: { json: string }) {
  const { t } = useTranslation("chat");
  const given = useMemo(() => readArguments(json), [json]);
  if (given === null) return <Value label={t("arguments")} text={json} />;
  if (given.length === 0) return null;
  return (
    <dl className="flex flex-col gap-2 text-sm">
      {given.map(([name, value]) => (
        <div key={name}>
          <dt className="text-ink-faint">
            <bdi>{name}</bdi>
          </dt>
          <dd>
            <Value label={name} text={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Words of the model's or of a tool's: as they are, and never more than a screen of them. */
export function Value({ label, text }: { label: string; text: string }) {
  return (
    <section
      aria-label={label}
      dir="auto"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by the keyboard
      tabIndex={0}
      className="max-h-60 overflow-auto rounded-lg bg-sunken px-3 py-2 font-mono text-sm wrap-anywhere whitespace-pre-wrap"
    >
      {text}
    </section>
  );
}
