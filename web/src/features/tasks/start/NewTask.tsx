import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { IconButton } from "@/components/button";
import { Switch } from "@/components/field";
import { Failure } from "@/components/states";
import { AttachButton, ModelPicker } from "@/features/chat/parts";
import { FileIcon, type StoredFile, UploadList, useUploads } from "@/features/files";
import { usePreferences } from "@/features/settings";
import { Page } from "@/features/shell";
import { useTools } from "@/features/tools";
import { titled } from "@/lib/site-name";
import { refreshTasks } from "../lists/tasks";
import { SayBox } from "../page/SayBox";
import { beginTask } from "../session/requests";
import { LimitFields, limitsOf, NO_LIMITS } from "./LimitFields";

/** Where a task begins: its goal, its files, who works on it, and with what. */
export function NewTask() {
  const { t } = useTranslation("tasks");
  const [, go] = useLocation();
  const [model, setModel] = useState<string | null>(usePreferences().model);
  const [hosted, setHosted] = useState(true);
  const [search, setSearch] = useState(false);
  const [files, setFiles] = useState<readonly StoredFile[]>([]);
  const uploads = useUploads((file) => setFiles((all) => [...all, file]));
  const [limits, setLimits] = useState(NO_LIMITS);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const searches = useTools()?.some((tool) => tool.type === "web_search" && tool.available) ?? false;
  useEffect(() => {
    document.title = titled(t("new_task"));
  }, [t]);

  async function begin(goal: string) {
    setBusy(true);
    setError(null);
    try {
      const fileIds = hosted ? files.map((file) => file.id) : [];
      const id = await beginTask({
        ...{ goal, model, hosted, search: search && searches },
        ...{ fileIds, filesAre: t("files_are"), limits: limitsOf(limits) },
      });
      refreshTasks();
      go(`/tasks/${id}`);
    } catch (thrown) {
      setError(thrown);
      throw thrown;
    } finally {
      setBusy(false);
    }
  }

  return (
    <Page title={t("new_task")}>
      <p className="text-ink-soft">{t("new_task_text")}</p>
      {error ? <Failure error={error} /> : null}
      <SayBox
        label={t("goal")}
        placeholder={t("goal_hint")}
        rows={4}
        busy={busy || uploads.uploads.length > 0}
        onSend={begin}
        above={hosted ? <Chosen files={files} onChange={setFiles} uploads={uploads} /> : null}
      >
        {hosted ? <AttachButton camera={false} onFiles={uploads.add} /> : null}
        <ModelPicker value={model} compared={0} onChange={setModel} />
      </SayBox>
      <div className="flex flex-col gap-4">
        <Switch label={t("hosted")} hint={t("hosted_hint")} checked={hosted} onChange={setHosted} />
        {searches ? (
          <Switch label={t("search_web")} hint={t("search_web_hint")} checked={search} onChange={setSearch} />
        ) : null}
        <LimitFields texts={limits} onChange={setLimits} />
      </div>
    </Page>
  );
}

interface ChosenProps {
  files: readonly StoredFile[];
  onChange: (files: readonly StoredFile[]) => void;
  uploads: ReturnType<typeof useUploads>;
}

function Chosen({ files, onChange, uploads }: ChosenProps) {
  const { t } = useTranslation("tasks");
  if (files.length + uploads.uploads.length === 0) return null;
  return (
    <div className="flex flex-col gap-2 px-3 pt-3">
      <ul aria-label={t("files")} className="flex flex-wrap gap-2">
        {files.map((file) => (
          <li
            key={file.id}
            className="flex max-w-full items-center gap-2 rounded-xl border border-line ps-3 text-sm"
          >
            <FileIcon name={file.filename} className="size-4" />
            <bdi className="max-w-48 truncate">{file.filename}</bdi>
            <IconButton
              label={t("take_away", { name: file.filename })}
              onClick={() => onChange(files.filter((each) => each !== file))}
            >
              <X />
            </IconButton>
          </li>
        ))}
      </ul>
      <UploadList {...uploads} />
    </div>
  );
}
