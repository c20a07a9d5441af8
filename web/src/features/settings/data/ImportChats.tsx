import { Upload } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { ErrorMessage } from "@/components/error-message";
import { Failure } from "@/components/states";
import { refreshChats } from "@/features/chats";
import { useFormat } from "@/lib/i18n/format";
import { upload } from "@/lib/upload";
import { chatsIn } from "./import-archive";
import { type ImportReport, importReport } from "./import-report";

/** Takes over chats from a file, and tells what came and what did not. */
export function ImportChats() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const field = useRef<HTMLInputElement>(null);
  const running = useRef<AbortController | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const [report, setReport] = useState<ImportReport | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function take(file: File) {
    const stop = new AbortController();
    running.current = stop;
    setReport(null);
    setError(null);
    setSent(0);
    try {
      const chats = await chatsIn(file);
      setReport(importReport(await upload("/earthshine/v1/chats/import", chats, setSent, stop.signal)));
      void refreshChats().catch(() => undefined);
    } catch (thrown) {
      if (!stop.signal.aborted) setError(thrown);
    } finally {
      setSent(null);
    }
  }

  return (
    <>
      <input
        ref={field}
        type="file"
        accept=".json,.jsonl,.zip,.gz,application/json,application/zip,application/gzip"
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) void take(file);
        }}
      />
      <Button busy={sent !== null} onClick={() => field.current?.click()} className="self-start">
        <Upload className="size-4" aria-hidden />
        {t("import_choose")}
      </Button>
      <div role="status" className="flex flex-col gap-2 empty:absolute">
        {sent !== null ? (
          <>
            <progress
              aria-label={t("import")}
              max={1}
              value={sent < 1 ? sent : undefined}
              className="h-2 w-full"
            />
            <p className="text-sm text-ink-soft">
              {sent < 1 ? t("import_sending", { part: format.percent(sent) }) : t("import_reading")}
            </p>
          </>
        ) : null}
        {report ? <Report report={report} /> : null}
      </div>
      {error ? <Failure error={error} /> : null}
    </>
  );
}

const TITLES = 20;

function Report({ report }: { report: ImportReport }) {
  const { t } = useTranslation("settings");
  return (
    <div className="flex flex-col gap-2 rounded-xl bg-sunken p-4">
      <p className="font-medium">{t("import_came", { count: report.imported })}</p>
      {report.known ? <p>{t("import_known", { count: report.known })}</p> : null}
      {report.leftOut.length ? (
        <div>
          <p>{t("import_left_out")}</p>
          <ul className="list-disc ps-5">
            {report.leftOut.map(({ what, count }) => (
              <li key={what}>{t("import_left_out_line", { what, count })}</li>
            ))}
          </ul>
        </div>
      ) : null}
      {report.failures.map(({ fault, titles }) => (
        <div key={fault.message} className="text-bad">
          <p>{t("import_failed", { count: titles.length })}</p>
          <p>
            <ErrorMessage fault={fault} />
          </p>
          <ul className="list-disc ps-5">
            {titles.slice(0, TITLES).map((title, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: titles repeat, and the list does not change
              <li key={index} dir="auto">
                {title || t("untitled")}
              </li>
            ))}
          </ul>
          {titles.length > TITLES ? <p>{t("import_and_more", { count: titles.length - TITLES })}</p> : null}
        </div>
      ))}
    </div>
  );
}
