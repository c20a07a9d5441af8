import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/states";
import { CodeBlock } from "./CodeBlock";

/** An empty place that shows the line which brings something. */
export function EmptyWithExample({
  icon,
  title,
  text,
  code,
  action,
}: {
  icon: ReactNode;
  title: string;
  text: string;
  code?: string;
  action?: ReactNode;
}) {
  const { t } = useTranslation("console");
  return (
    <div className="pb-6">
      <Empty icon={icon} title={title} text={text} action={action} />
      {code ? (
        <div className="mx-auto max-w-2xl px-4">
          <CodeBlock code={code} label={t("terminal")} />
        </div>
      ) : null}
    </div>
  );
}

/** Where the API of this page's server is. */
export function apiBase(): string {
  return `${window.location.origin}/v1`;
}

/** A request that anybody can try, with a place for the key. */
export function curlLine(model = "default"): string {
  return `curl ${apiBase()}/responses \\
  -H "Authorization: Bearer $EARTHSHINE_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "${model}", "input": "Hello"}'`;
}
