import { Brain } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Button } from "@/components/button";
import { Switch, TextArea } from "@/components/field";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { usePreferences, useSavePreferences } from "@/features/settings";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { Card } from "./Card";
import { EditorDialog } from "./EditorDialog";
import { ItemList } from "./ItemList";
import { type Memory, useDeleteItem, useLibrary } from "./queries";
import { useEditor } from "./use-editor";

/** The person puts the own work or wish in. */
const EXAMPLES = ["work", "short", "units"] as const;

/** What replies know of the person: all of it can be seen, changed, deleted and switched off. */
export function Memories() {
  const { t } = useTranslation("library");
  const format = useFormat();
  const { data, error, refetch } = useLibrary("memories");
  const { memory_enabled } = usePreferences();
  const { mutate: savePreferences } = useSavePreferences();
  const [edited, setEdited] = useState<Memory | { text: string } | null>(null);
  return (
    <>
      <div className="rounded-2xl border border-line bg-surface p-4">
        <Switch
          label={t("use_memory")}
          hint={memory_enabled ? t("use_memory_on") : t("use_memory_off")}
          checked={memory_enabled}
          onChange={(on) => savePreferences({ memory_enabled: on })}
        />
      </div>
      <ItemList
        about={t("memories_about")}
        add={t("new_memory")}
        onAdd={() => setEdited({ text: "" })}
        things={data}
        error={error}
        retry={() => void refetch()}
        empty={{ icon: <Brain />, title: t("no_memories"), text: t("no_memories_text") }}
        examples={EXAMPLES.map((key) => {
          const text = t(`example_${key}`);
          return { name: text, onTake: () => setEdited({ text }) };
        })}
      >
        {(memory) => (
          <Card kind="memories" id={memory.id} name={memory.text} onEdit={() => setEdited(memory)}>
            <p className="mt-1 flex flex-wrap gap-x-3 text-sm text-ink-faint">
              <span>{format.date(memory.updated_at * 1000)}</span>
              {memory.source === "chat" && memory.chat_id ? (
                <Link href={`/c/${memory.chat_id}`} className="text-accent underline">
                  {t("from_chat")}
                </Link>
              ) : null}
            </p>
          </Card>
        )}
      </ItemList>
      {data && data.length > 1 ? <DeleteAll memories={data} /> : null}
      {edited ? <MemoryEditor memory={edited} onClose={() => setEdited(null)} /> : null}
    </>
  );
}

function MemoryEditor({ memory, onClose }: { memory: Memory | { text: string }; onClose: () => void }) {
  const { t } = useTranslation("library");
  const known = "id" in memory ? memory : null;
  const { fields, change, dialog } = useEditor("memories", known, { text: memory.text }, onClose);
  return (
    <EditorDialog title={known ? t("edit_memory") : t("new_memory")} {...dialog}>
      <TextArea
        label={t("memory_text")}
        hint={t("memory_hint")}
        required
        maxLength={2000}
        value={fields.text}
        onChange={(event) => change({ text: event.target.value })}
      />
    </EditorDialog>
  );
}

function DeleteAll({ memories }: { memories: readonly Memory[] }) {
  const { t } = useTranslation("library");
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const { mutateAsync } = useDeleteItem("memories");
  async function removeAll() {
    setBusy(true);
    try {
      for (const memory of memories) await mutateAsync(memory.id);
      toast(t("memories_deleted"));
      setAsking(false);
    } catch (thrown) {
      toast(errorText(thrown), { kind: "error" });
    } finally {
      setBusy(false);
    }
  }
  return (
    <div>
      <Button look="danger" onClick={() => setAsking(true)}>
        {t("delete_all_memories")}
      </Button>
      {asking ? (
        <Confirm
          title={t("delete_all_title")}
          text={t("delete_all_text", { count: memories.length })}
          action={t("delete_all_memories")}
          busy={busy}
          onConfirm={() => void removeAll()}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </div>
  );
}
