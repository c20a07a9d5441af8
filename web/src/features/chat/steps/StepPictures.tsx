import { Download, ImageOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { useContainerFile, useFileUrl } from "@/features/files";
import { asApiError } from "@/lib/errors/api-error";
import { errorText } from "@/lib/errors/texts";
import type { StepPicture } from "./outputs";

interface StepPicturesProps {
  pictures: readonly StepPicture[];
  /** The step that they are of. */
  step: string;
}

/** Pictures that code made, in their place, each to be kept by the reader; or what a tool saw. */
export function StepPictures({ pictures, step }: StepPicturesProps) {
  if (pictures.length === 0) return null;
  return (
    <div className="my-2 flex flex-col items-start gap-3">
      {pictures.map((picture) => (
        <OnePicture key={picture.fileId ?? picture.url} picture={picture} step={step} />
      ))}
    </div>
  );
}

function OnePicture({ picture, step }: { picture: StepPicture; step: string }) {
  if (picture.containerId) return <MadePicture {...picture} step={step} />;
  if (picture.fileId) return <StoredPicture fileId={picture.fileId} />;
  return <SeenPicture url={picture.url ?? null} error={null} />;
}

function StoredPicture({ fileId }: { fileId: string }) {
  const { url, error } = useFileUrl(fileId);
  return <SeenPicture url={url} error={error} />;
}

/** What the model saw; until it is here, a place as large as most screens are. */
function SeenPicture({ url, error }: { url: string | null; error: unknown }) {
  const { t } = useTranslation("chat");
  if (error) return <Missing error={error} />;
  const label = t("step_seen");
  if (!url)
    return (
      <span
        role="img"
        aria-label={label}
        className="block aspect-16/10 w-80 max-w-full rounded-xl bg-sunken"
      />
    );
  return <img src={url} alt={label} className="max-h-96 max-w-full rounded-xl border border-line bg-white" />;
}

function Missing({ error }: { error: unknown }) {
  const { t } = useTranslation("chat");
  return (
    <p className="flex items-center gap-2 text-sm text-ink-faint">
      <ImageOff className="size-4 shrink-0" aria-hidden />
      {asApiError(error).status === 404 ? t("step_picture_gone") : errorText(error)}
    </p>
  );
}

interface MadePictureProps {
  containerId: string;
  fileId: string;
  step: string;
}

function MadePicture({ containerId, fileId, step }: MadePictureProps) {
  const { t } = useTranslation("chat");
  const { url, name, error } = useContainerFile(containerId, fileId, step);
  // A drawing in SVG is no picture to a browser that is not told so, and it must not be: it may hold scripts.
  const [unshown, setUnshown] = useState(false);
  if (error) return <Missing error={error} />;
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
