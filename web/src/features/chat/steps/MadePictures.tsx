import { Download, ImageOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { useContainerFile } from "@/features/files";
import { asApiError } from "@/lib/errors/api-error";
import { errorText } from "@/lib/errors/texts";
import type { Made } from "./steps";

interface MadePicturesProps {
  pictures: readonly Made[];
  /** The step that made them. */
  step: string;
}

/** Pictures that code made, in their place, each to be kept by the reader. */
export function MadePictures({ pictures, step }: MadePicturesProps) {
  if (pictures.length === 0) return null;
  return (
    <div className="my-2 flex flex-col items-start gap-3">
      {pictures.map((picture) => (
        <MadePicture key={picture.fileId} picture={picture} step={step} />
      ))}
    </div>
  );
}

function MadePicture({ picture, step }: { picture: Made; step: string }) {
  const { t } = useTranslation("chat");
  const { url, name, error } = useContainerFile(picture.containerId, picture.fileId, step);
  // A drawing in SVG is no picture to a browser that is not told so, and it must not be: it may hold scripts.
  const [unshown, setUnshown] = useState(false);
  if (error)
    return (
      <p className="flex items-center gap-2 text-sm text-ink-faint">
        <ImageOff className="size-4 shrink-0" aria-hidden />
        {asApiError(error).status === 404 ? t("step_picture_gone") : errorText(error)}
      </p>
    );
  if (!url)
    return (
      <span role="img" aria-label={t("step_picture")} className="block h-40 w-64 rounded-xl bg-sunken" />
    );
  return (
    <figure className="max-w-full">
      {unshown ? null : (
        <img
          src={url}
          alt={t("step_picture_named", { file: name })}
          onError={() => setUnshown(true)}
          className="max-h-[30rem] max-w-full rounded-xl border border-line bg-white"
        />
      )}
      <figcaption>
        <a
          href={url}
          download={name}
          className="mt-1 inline-flex min-h-8 items-center gap-1.5 text-sm text-ink-soft hover:text-ink coarse:min-h-11"
        >
          <Download className="size-4 shrink-0" aria-hidden />
          <BidiLine text={t("step_download", { file: name })} />
        </a>
      </figcaption>
    </figure>
  );
}
