import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { later } from "@/lib/later";
import type { InlineAttachment } from "../turns/input";

const PictureViewer = later(() => import("./PictureViewer"));

interface PictureButtonProps {
  picture: InlineAttachment;
  /** All pictures of the message, among which one goes on; this one is one of them. */
  pictures: readonly InlineAttachment[];
  /** Of the small picture. */
  className: string;
}

/** A picture of a message, which opens large. */
export function PictureButton({ picture, pictures, className }: PictureButtonProps) {
  const { t } = useTranslation("chat");
  const [open, setOpen] = useState(false);
  const name = picture.name || t("attached_image");
  return (
    <>
      <button
        type="button"
        aria-label={t("picture_open", { file: name })}
        aria-haspopup="dialog"
        onPointerEnter={() => void PictureViewer.prepare().catch(() => undefined)}
        onClick={() => setOpen(true)}
        className="block max-w-full shrink-0 cursor-zoom-in rounded-xl"
      >
        <img src={picture.content} alt={name} className={className} />
      </button>
      {open ? (
        <Suspense>
          <PictureViewer
            pictures={pictures}
            first={pictures.indexOf(picture)}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
    </>
  );
}
