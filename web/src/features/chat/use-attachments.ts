/** The files of the message that is being written. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "@/components/toast";
import { isImage, MOST_SENT, readFile, Unreadable } from "./attachments";
import type { Attachment } from "./input";

export function useAttachments(seesImages: boolean) {
  const { t } = useTranslation("chat");
  const [attachments, set] = useState<readonly Attachment[]>([]);
  const [reading, setReading] = useState(0);
  const say = (text: string) => toast(text, { kind: "error" });

  async function add(files: readonly File[]) {
    for (const file of files) {
      if (isImage(file) && !seesImages) {
        say(t("model_sees_nothing", { file: file.name }));
        continue;
      }
      setReading((count) => count + 1);
      try {
        const attachment = await readFile(file);
        set((before) => {
          const all = [...before, attachment];
          if (all.reduce((sum, each) => sum + each.content.length, 0) <= MOST_SENT) return all;
          say(t("files_too_large", { file: file.name }));
          return before;
        });
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
    remove: (gone: Attachment) => set((before) => before.filter((each) => each !== gone)),
    clear: () => set([]),
  };
}
