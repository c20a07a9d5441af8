import { ChevronLeft, ChevronRight } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/overlays/dialog";
import { Loading } from "@/components/states";
import { useFormat } from "@/lib/i18n/format";
import type { Picture } from "../turns/input";
import { pageAfter } from "./picture";
import { usePicture } from "./use-picture";

interface PictureViewerProps {
  pictures: readonly Picture[];
  /** Which of them is shown first, from 0. */
  first: number;
  onClose: () => void;
}

/** The pictures of a message, one at a time, as they are sent. Arrow keys go on, Escape closes. */
export default function PictureViewer({ pictures, first, onClose }: PictureViewerProps) {
  const { t, i18n } = useTranslation("chat");
  const format = useFormat();
  const [page, setPage] = useState(first);
  const [pixels, setPixels] = useState<{ of: string; width: number; height: number } | null>(null);
  const shown = pictures[page];
  const { url, bytes } = usePicture(shown);
  if (!shown) return null;
  const name = shown.name || t("attached_image");
  const go = (key: string) => {
    setPage(pageAfter(key, page, pictures.length, i18n.dir()));
  };
  function onKeyDown(event: KeyboardEvent) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    go(event.key);
    // What lies under the dialog has keys of its own.
    event.stopPropagation();
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of the dialog in it
    <div onKeyDown={onKeyDown}>
      <Dialog
        title={name}
        onClose={onClose}
        size="full"
        actions={
          <div className="flex w-full flex-wrap items-center gap-2">
            <p aria-live="polite" className="min-w-0 flex-1 basis-56 text-sm text-ink-soft">
              {pixels && pixels.of === url
                ? t("picture_sent", {
                    width: format.number(pixels.width),
                    height: format.number(pixels.height),
                    size: format.bytes(bytes),
                  })
                : null}{" "}
              {t("picture_scaled", { pixels: format.number(1024) })}
            </p>
            {pictures.length > 1 ? (
              <div className="flex items-center gap-2 max-sm:mx-auto">
                <Button
                  look="plain"
                  aria-label={t("picture_previous")}
                  onClick={() => setPage((page + pictures.length - 1) % pictures.length)}
                >
                  <ChevronLeft className="mirrored size-5" aria-hidden />
                </Button>
                <span className="text-sm tabular-nums">
                  {t("picture_place", {
                    place: format.number(page + 1),
                    all: format.number(pictures.length),
                  })}
                </span>
                <Button
                  look="plain"
                  aria-label={t("picture_next")}
                  onClick={() => setPage((page + 1) % pictures.length)}
                >
                  <ChevronRight className="mirrored size-5" aria-hidden />
                </Button>
              </div>
            ) : null}
          </div>
        }
      >
        {url ? (
          <img
            src={url}
            alt={name}
            onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
              setPixels({ of: url, width, height })
            }
            className="m-auto max-h-full max-w-full object-contain"
          />
        ) : (
          <Loading className="h-full" />
        )}
      </Dialog>
    </div>
  );
}
