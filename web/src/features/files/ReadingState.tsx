import { LoaderCircle, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ErrorMessage } from "@/components/error-message";
import { useFormat } from "@/lib/i18n/format";
import { type DocumentStatus, isBeingRead, useDocument } from "./documents";

interface Props {
  fileId: string;
  /** Has it read, if it was not. */
  begin?: boolean;
}

/** How far the server is with reading a file: pages, what there is to know of them, or why it cannot be read. */
export function ReadingState({ fileId, begin = false }: Props) {
  const { t } = useTranslation("files");
  const format = useFormat();
  const { data: document } = useDocument(fileId, { begin });
  if (!document || document.status === "unread") return null;
  if (document.status === "failed")
    return (
      <span className="inline-flex min-w-0 items-start gap-1 text-bad">
        <TriangleAlert className="mt-1 size-3.5 shrink-0" aria-hidden />
        <span className="min-w-0">
          {document.error ? <ErrorMessage fault={document.error} /> : t("unreadable")}
        </span>
      </span>
    );
  if (isBeingRead(document)) {
    const known = document.parts > 0 && document.parts_read < document.parts;
    return (
      <span role="status" className="inline-flex items-center gap-1">
        <LoaderCircle className="size-3.5 shrink-0 animate-spin" aria-hidden />
        {known
          ? t("reading_part", { part: format.percent(document.parts_read / document.parts) })
          : t("reading")}
      </span>
    );
  }
  return (
    <>
      <Parts document={document} />
      <Doubts document={document} />
    </>
  );
}

function Parts({ document }: { document: DocumentStatus }) {
  const { t } = useTranslation("files");
  return document.kind === "pdf" ? <span>{t("pages", { count: document.parts })}</span> : null;
}

/** What a person should know of the text that was read. */
function Doubts({ document }: { document: DocumentStatus }) {
  const { t } = useTranslation("files");
  const { scanned = 0, recognised = 0, cut = 0 } = document.doubts ?? {};
  return (
    <>
      {scanned ? <span className="text-warn">{t("scanned", { count: scanned })}</span> : null}
      {recognised ? <span>{t("recognised", { count: recognised })}</span> : null}
      {cut ? <span className="text-warn">{t("cut")}</span> : null}
    </>
  );
}
