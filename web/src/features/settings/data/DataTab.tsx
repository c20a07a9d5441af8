import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Failure } from "@/components/states";
import { download } from "@/features/share";
import { Group } from "../Group";
import { AllChats } from "./AllChats";
import { ImportChats } from "./ImportChats";

/** What is the person's, out and in, and away. */
export function DataTab() {
  const { t } = useTranslation("settings");
  return (
    <>
      <Group title={t("export")} text={t("export_text")}>
        <ExportEverything />
      </Group>
      <Group title={t("import")} text={t("import_text")}>
        <ImportChats />
      </Group>
      <Group title={t("all_chats")} text={t("all_chats_text")}>
        <AllChats />
      </Group>
    </>
  );
}

function ExportEverything() {
  const { t } = useTranslation("settings");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function save() {
    setBusy(true);
    setError(null);
    try {
      await download("/earthshine/v1/chats/export", "chats.jsonl");
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  }
  return (
    <>
      {error ? <Failure error={error} retry={() => void save()} /> : null}
      <Button busy={busy} onClick={() => void save()} className="self-start">
        <Download className="size-4" aria-hidden />
        {busy ? t("export_busy") : t("export_all")}
      </Button>
    </>
  );
}
