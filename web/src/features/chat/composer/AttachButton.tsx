import { Camera, Paperclip } from "lucide-react";
import { type ChangeEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";

interface AttachButtonProps {
  /** Whether photographs are of use; they are taken on phones. */
  camera: boolean;
  onFiles: (files: readonly File[]) => void;
}

/** Lets somebody choose files for the message, or photograph something. */
export function AttachButton({ camera, onFiles }: AttachButtonProps) {
  const { t } = useTranslation("chat");
  const input = useRef<HTMLInputElement>(null);
  const photo = useRef<HTMLInputElement>(null);
  const take = (event: ChangeEvent<HTMLInputElement>) => {
    onFiles([...(event.target.files ?? [])]);
    event.target.value = "";
  };
  return (
    <>
      <IconButton label={t("attach")} onClick={() => input.current?.click()}>
        <Paperclip />
      </IconButton>
      <input ref={input} type="file" multiple hidden onChange={take} />
      {camera ? (
        <span className="hidden coarse:inline-flex">
          <IconButton label={t("photograph")} onClick={() => photo.current?.click()}>
            <Camera />
          </IconButton>
          <input ref={photo} type="file" accept="image/*" capture="environment" hidden onChange={take} />
        </span>
      ) : null}
    </>
  );
}
