/** The files of the message that is being written. */
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "@/components/overlays/toast";
import { chatModels, useModels } from "@/features/chats";
import { useMe } from "@/features/session";
import { useFormat } from "@/lib/i18n/format";
import { keepFiles, keptFiles } from "../drafts/drafts";
import type { Attachment } from "../turns/input";
import { isImage, MOST_SENT, readFile, Unreadable } from "./attachments";

/**
 * Keeps the files of one place on this device; give the component another `key` for another place.
 *
 * @param place null where nothing may be kept
 */
export function useAttachments(place: string | null, seesImages: boolean) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const models = chatModels(useModels().data ?? []);
  const seeing = models.filter((each) => each.earthshine.abilities.includes("vision")).map((each) => each.id);
  const person = useMe().user.id;
  const [attachments, show] = useState<readonly Attachment[]>([]);
  const now = useRef(attachments);
  const [reading, setReading] = useState(0);
  const say = (text: string) => toast(text, { kind: "error" });

  const set = useCallback(
    (files: readonly Attachment[]) => {
      now.current = files;
      show(files);
      if (place !== null) void keepFiles(person, place, files);
    },
    [person, place],
  );

  useEffect(() => {
    if (place === null) return;
    let left = false;
    void keptFiles(person, place).then((files) => {
      if (files.length > 0 && !left) set([...files, ...now.current]);
    });
    return () => {
      left = true;
    };
  }, [person, place, set]);

  /** Adds a file that was read; says so when all would be too much. */
  function take(file: Attachment) {
    const all = [...now.current, file];
    if (all.reduce((sum, each) => sum + each.content.length, 0) <= MOST_SENT) set(all);
    else say(t("files_too_large", { file: file.name }));
  }

  async function add(files: readonly File[]) {
    for (const file of files) {
      if (isImage(file) && !seesImages) {
        const models = seeing.length > 0 ? format.list(seeing) : "";
        say(t(models ? "model_sees_nothing" : "no_model_sees", { file: file.name, models }));
        continue;
      }
      setReading((count) => count + 1);
      try {
        take(await readFile(file));
      } catch (thrown) {
        say(thrown instanceof Unreadable ? t(thrown.key, { file: thrown.file }) : String(thrown));
      } finally {
        setReading((count) => count - 1);
      }
    }
  }

  return {
    attachments,
    reading: reading > 0,
    add,
    /** Takes files of a message that was not sent, however much all are then: they are nowhere else. */
    giveBack: (files: readonly Attachment[]) => set([...now.current, ...files]),
    remove: (gone: Attachment) => set(now.current.filter((each) => each !== gone)),
    clear: () => set([]),
  };
}
