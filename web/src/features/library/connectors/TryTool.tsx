import { type FormEvent, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { TextArea } from "@/components/field";
import { Dialog } from "@/components/overlays/dialog";
import { Failure } from "@/components/states";
import type { Connector } from "@/features/tools";
import { type ConnectorTool, type ToolTried, useTryTool } from "./queries";
import { SchemaInput } from "./SchemaInput";
import { argumentsOf, type Filled, fieldsOf, NoJson, parsed } from "./schema";

/** What stands for all arguments where they have no names. */
const ALL = "arguments";
/** Characters of what came back that are shown. */
const MOST = 20_000;

interface TryToolProps {
  connector: Connector;
  tool: ConnectorTool;
  onClose: () => void;
}

/** Calls one tool as the person fills in its form, and shows what came back. */
export function TryTool({ connector, tool, onClose }: TryToolProps) {
  const { t } = useTranslation("library");
  const shell = useTranslation("shell").t;
  const form = useId();
  const fields = useMemo(() => fieldsOf(tool.input_schema), [tool]);
  const [filled, setFilled] = useState<Filled>({});
  const [wrong, setWrong] = useState<string | null>(null);
  const { mutate, data, error, isPending } = useTryTool(connector.id);

  function submit(event: FormEvent) {
    event.preventDefault();
    try {
      const all = () => parsed(ALL, String(filled[ALL] || "{}")) as Record<string, unknown>;
      const given = fields ? argumentsOf(fields, filled) : all();
      setWrong(null);
      mutate({ name: tool.name, arguments: given });
    } catch (thrown) {
      if (!(thrown instanceof NoJson)) throw thrown;
      setWrong(thrown.field);
    }
  }

  return (
    <Dialog
      title={t("tool_try_named", { name: tool.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shell("close")}</Button>
          <Button type="submit" form={form} look="primary" busy={isPending}>
            {t("tool_call")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-sm text-ink-faint">{t("tool_try_about")}</p>
        {fields ? (
          // The names are the server's, in whatever language it speaks.
          <div translate="no" className="flex flex-col gap-4">
            {fields.map((field) => (
              <SchemaInput
                key={field.name}
                field={field}
                value={filled[field.name]}
                error={wrong === field.name ? t("not_json") : null}
                onChange={(value) => setFilled({ ...filled, [field.name]: value })}
              />
            ))}
          </div>
        ) : (
          <TextArea
            label={t("tool_arguments")}
            hint={t("json_hint")}
            dir="ltr"
            className="font-mono"
            error={wrong === ALL ? t("not_json") : null}
            value={String(filled[ALL] ?? "{}")}
            onChange={(event) => setFilled({ [ALL]: event.target.value })}
          />
        )}
      </form>
      <div aria-live="polite" className="mt-4 empty:mt-0">
        {error ? <Failure error={error} /> : null}
        {data && !error ? <Result result={data} /> : null}
      </div>
    </Dialog>
  );
}

function Result({ result }: { result: ToolTried }) {
  const { t } = useTranslation("library");
  const label = t(result.is_error ? "tool_failed" : "tool_returned");
  return (
    <>
      <p className={result.is_error ? "mb-1 text-sm font-medium text-bad" : "mb-1 text-sm font-medium"}>
        {label}
      </p>
      <section
        aria-label={label}
        dir="auto"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by the keyboard
        tabIndex={0}
        className="max-h-72 overflow-auto rounded-lg bg-sunken px-3 py-2 font-mono text-sm wrap-anywhere whitespace-pre-wrap"
      >
        {result.text.slice(0, MOST)}
      </section>
    </>
  );
}
