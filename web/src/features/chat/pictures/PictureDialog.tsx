import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { Dialog } from "@/components/overlays/dialog";
import { useFormat } from "@/lib/i18n/format";
import type { InlineAttachment } from "../turns/input";

interface PictureDialogProps {
  pictures: readonly InlineAttachment[];
  /** The place of the one that was pressed. */
  first: number;
  onClose: () => void;
}

/** Pictures of a message as large as the window allows, one after the other: the very pixels that are sent. */
export default function PictureDialog({ pictures, first, onClose }: PictureDialogProps) {
  const { t, i18n } = useTranslation("chat");
  const format = useFormat();
  const [place, setPlace] = useState(Math.max(0, first));
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const picture = pictures[place];
  if (!picture) return null;
  const last = pictures.length - 1;
  const name = picture.name || t("attached_image");
  function go(step: number) {
    setSize(null);
    setPlace((now) => Math.min(last, Math.max(0, now + step)));
  }
  const forward = i18n.dir() === "rtl" ? "ArrowLeft" : "ArrowRight";
  return (
    <Dialog
      title={pictures.length > 1 ? `${name} (${format.number(place + 1)}/${format.number(last + 1)})` : name}
      size="full"
      onClose={onClose}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows do what the buttons inside do */}
      <div
        className="flex h-full flex-col items-center gap-2"
        onKeyDown={(event) => {
          if (event.key === "ArrowLeft" || event.key === "ArrowRight") go(event.key === forward ? 1 : -1);
        }}
      >
        <div className="flex min-h-0 w-full flex-1 items-center justify-center gap-2">
          {last > 0 ? (
            <IconButton label={t("picture_before")} onClick={() => go(-1)} disabled={place === 0}>
              <ChevronLeft className="rtl:rotate-180" />
            </IconButton>
          ) : null}
          <img
            src={picture.content}
            alt={name}
            onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
              setSize({ width, height })
            }
            className="max-h-full min-w-0 max-w-full flex-1 object-contain"
          />
          {last > 0 ? (
            <IconButton label={t("picture_next")} onClick={() => go(1)} disabled={place === last}>
              <ChevronRight className="rtl:rotate-180" />
            </IconButton>
          ) : null}
        </div>
        <p className="min-h-5 text-sm text-ink-faint">
          {size
            ? t("picture_sent", { width: format.number(size.width), height: format.number(size.height) })
            : null}
        </p>
      </div>
    </Dialog>
  );
}
