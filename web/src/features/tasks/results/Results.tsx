import { Archive, Download } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { Button, IconButton } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { FileIcon } from "@/features/files";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import type { AgentSession } from "../session/types";
import { type MadeFile, saveArchive, saveMadeFile, useResults, useWorkspace } from "./files";

const FileView = lazy(() => import("./FileView"));

const say = (thrown: unknown) => toast(errorText(thrown), { kind: "error" });

/** What came of a task: the files that it published, and those that lie in its workspace. */
export function Results({ session, seen }: { session: AgentSession; seen: string }) {
  const { t } = useTranslation("tasks");
  const [open, show] = useState<MadeFile | null>(null);
  const published = useResults(session, seen).data ?? [];
  const isPublished = (file: MadeFile) =>
    published.some(({ name, bytes }) => name === file.name && bytes === file.bytes);
  const workspace = (useWorkspace(session, seen).data ?? []).filter((file) => !isPublished(file));
  return (
    <div className="flex flex-col gap-5">
      {published.length > 0 ? (
        <Files title={t("published")} files={published} onOpen={show}>
          {published.length > 1 ? (
            <Button size="small" onClick={() => void saveArchive(session, `${session.id}.zip`).catch(say)}>
              <Archive className="size-4" aria-hidden />
              {t("archive")}
            </Button>
          ) : null}
        </Files>
      ) : null}
      {workspace.length > 0 ? <Files title={t("workspace")} files={workspace} onOpen={show} /> : null}
      {published.length + workspace.length === 0 ? <p className="text-ink-soft">{t("no_files")}</p> : null}
      {open ? (
        <Suspense>
          <FileView file={open} onClose={() => show(null)} />
        </Suspense>
      ) : null}
    </div>
  );
}

interface FilesProps {
  title: string;
  files: readonly MadeFile[];
  onOpen: (file: MadeFile) => void;
  children?: React.ReactNode;
}

function Files({ title, files, onOpen, children }: FilesProps) {
  const { t } = useTranslation("tasks");
  const format = useFormat();
  return (
    <section aria-label={title}>
      <div className="mb-1 flex min-h-8 items-center justify-between gap-2">
        <h3 className="text-sm font-medium text-ink-soft">{title}</h3>
        {children}
      </div>
      <ul className="flex flex-col gap-1">
        {files.map((file) => (
          <li key={file.id} className="flex items-center gap-2 rounded-lg border border-line ps-3">
            <FileIcon name={file.name} className="size-5" />
            <button
              type="button"
              onClick={() => onOpen(file)}
              className="flex min-h-10 min-w-0 flex-1 items-center gap-2 text-start hover:underline coarse:min-h-11"
            >
              <bdi className="truncate">
                <BidiLine text={file.name} />
              </bdi>
              <span className="shrink-0 text-sm text-ink-faint">{format.bytes(file.bytes)}</span>
            </button>
            <IconButton
              label={t("download_file", { name: file.name })}
              onClick={() => void saveMadeFile(file).catch(say)}
            >
              <Download />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
