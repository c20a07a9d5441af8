import { ImageOff } from "lucide-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "@/lib/class-names";
import { asApiError } from "@/lib/errors/api-error";
import { errorText } from "@/lib/errors/texts";
import { later } from "@/lib/later";
import type { Picture } from "../turns/input";
import { usePicture } from "./use-picture";

const PictureViewer = later(() => import("./PictureViewer"));

interface PictureButtonProps {
  picture: Picture;
  /** All pictures of the message, among which one goes on; this one is one of them. */
  pictures: readonly Picture[];
  /** Of the small picture. */
  className: string;
}

/** A picture of a message, which opens large. */
export function PictureButton({ picture, pictures, className }: PictureButtonProps) {
  const { t } = useTranslation("chat");
  const [open, setOpen] = useState(false);
  const name = picture.name || t("attached_image");
  const { url, error } = usePicture(picture);
  if (error) return <NoPicture name={name} error={error} className={className} />;
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
        {url ? (
          <img src={url} alt={name} className={className} />
        ) : (
          <span role="img" aria-label={name} className={cx("block min-h-8 min-w-8 bg-sunken", className)} />
        )}
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

/** In the place of a picture whose file was deleted, or cannot be had now. */
function NoPicture({ name, error, className }: { name: string; error: unknown; className: string }) {
  const { t } = useTranslation("chat");
  const why = asApiError(error).status === 404 ? t("file_gone") : errorText(error);
  return (
    <span
      role="img"
      aria-label={`${name}: ${why}`}
      title={why}
      className={cx("flex min-h-8 min-w-8 items-center justify-center bg-sunken text-ink-faint", className)}
    >
      <ImageOff className="size-4" aria-hidden />
    </span>
  );
}
