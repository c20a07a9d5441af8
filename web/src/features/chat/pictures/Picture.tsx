import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { InlineAttachment } from "../turns/input";

const PictureDialog = lazy(() => import("./PictureDialog"));

interface PictureProps {
  picture: InlineAttachment;
  /** All pictures of the message, to walk through. */
  among: readonly InlineAttachment[];
  className: string;
}

/** A picture of a message; it opens large. */
export function Picture({ picture, among, className }: PictureProps) {
  const { t } = useTranslation("chat");
  const [open, setOpen] = useState(false);
  const name = picture.name || t("attached_image");
  return (
    <>
      <button
        type="button"
        aria-label={t("picture_open", { name })}
        onClick={() => setOpen(true)}
        className="block max-w-full cursor-zoom-in"
      >
        <img src={picture.content} alt={name} className={className} />
      </button>
      {open ? (
        <Suspense>
          <PictureDialog pictures={among} first={among.indexOf(picture)} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
