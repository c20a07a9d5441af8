/** The files of the message that is being written. */
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "@/components/overlays/toast";
import { chatModels, useModels } from "@/features/chats";
import { useUploads, VISION } from "@/features/files";
import { useMe } from "@/features/session";
import { keepFiles, keptFiles } from "../drafts/drafts";
import { type Attachment, isPicture } from "../turns/input";
import { isImage, readImage, Unreadable } from "./attachments";

/** In seconds, for how long the server keeps files of a chat of which nothing is to be kept: its shortest time. */
const TEMPORARY = 3600;

/**
 * Keeps the files of one place on this device; give the component another `key` for another place. They are sent to the
 * server at once, images made smaller, and the message names them.
 *
 * @param place null where nothing may be kept
 * @param onFailure called when a file will not be part of the message
 */
export function useAttachments(place: string | null, seesImages: boolean, onFailure: () => void) {
  const { t } = useTranslation("chat");
  const models = useModels().data;
  const seeing = chatModels(models ?? []).filter((each) => each.earthshine.abilities.includes("vision"));
  const person = useMe().user.id;
  const [attachments, show] = useState<readonly Attachment[]>([]);
  const now = useRef(attachments);
  const [reading, setReading] = useState(0);
  const say = (text: string) => {
    toast(text, { kind: "error" });
    onFailure();
  };

  const set = useCallback((files: readonly Attachment[]) => {
    now.current = files;
    show(files);
  }, []);
  const {
    uploads,
    add: upload,
    cancel,
    retry,
  } = useUploads(
    ({ id, filename, purpose }) =>
      set([...now.current, { kind: purpose === VISION ? "picture" : "file", fileId: id, name: filename }]),
    place === null ? TEMPORARY : undefined,
  );
  useKept(
    person,
    place,
    attachments,
    uploads.map((each) => each.file),
    (files, unsent) => {
      set([...files, ...now.current]);
      upload(unsent);
    },
  );

  async function addImage(file: File) {
    if (models && !seesImages && seeing.length === 0) return say(t("no_model_sees", { file: file.name }));
    setReading((count) => count + 1);
    try {
      upload([await readImage(file)]);
    } catch (thrown) {
      say(thrown instanceof Unreadable ? t(thrown.key, { file: thrown.file }) : String(thrown));
    } finally {
      setReading((count) => count - 1);
    }
  }

  async function add(files: readonly File[]) {
    const documents = files.filter((file) => !isImage(file));
    if (documents.length > 0) upload(documents);
    for (const file of files) if (isImage(file)) await addImage(file);
  }

  return {
    attachments,
    uploads,
    cancel,
    retry,
    reading: reading > 0,
    /** Whether something is not there yet that the message is to have. */
    busy: reading > 0 || uploads.length > 0,
    /** A file that did not arrive, until it is sent again or taken away. */
    failed: uploads.find((each) => each.error)?.file ?? null,
    /** Whether there are images that the model would not see. */
    unseen: models !== undefined && !seesImages && attachments.some(isPicture),
    /** A model that sees images, this machine's before others'. */
    seeing: (seeing.find((each) => each.earthshine.server === null) ?? seeing[0])?.id,
    add,
    /** Takes files of a message that was not sent, however much all are then: they are nowhere else. */
    giveBack: (files: readonly Attachment[]) => set([...now.current, ...files]),
    remove: (gone: Attachment) => set(now.current.filter((each) => each !== gone)),
    clear: () => set([]),
  };
}

/** Keeps files on this device, those included that the server does not have yet, and gives them back once. */
function useKept(
  person: string,
  place: string | null,
  attachments: readonly Attachment[],
  unsent: readonly File[],
  give: (attachments: readonly Attachment[], unsent: readonly File[]) => void,
): void {
  const given = useRef(give);
  given.current = give;
  const [known, setKnown] = useState(false);
  useEffect(() => {
    if (place === null) return;
    let left = false;
    void keptFiles(person, place).then(({ attachments: files, unsent: sendable }) => {
      if (left) return;
      if (files.length > 0 || sendable.length > 0) given.current(files, sendable);
      setKnown(true);
    });
    return () => {
      left = true;
      setKnown(false);
    };
  }, [person, place]);
  const last = useRef(unsent);
  // How much is sent changes many times a second; which files there are does not.
  if (unsent.length !== last.current.length || unsent.some((file, index) => file !== last.current[index]))
    last.current = unsent;
  const files = last.current;
  useEffect(() => {
    if (place !== null && known) void keepFiles(person, place, { attachments, unsent: files });
  }, [person, place, known, attachments, files]);
}
