import { useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import { useFileUrl } from "@/features/files";
import { Markdown } from "@/features/markdown";
import { useFormat } from "@/lib/i18n/format";

/** A picture that has an address, or a file of one's own. */
export type ReadOnlyPicture = { url: string } | { fileId: string };

export interface ReadOnly {
  id: string;
  /** Seconds. */
  createdAt: number;
  user: string;
  pictures: readonly ReadOnlyPicture[];
  model: string | null;
  reasoning: string | null;
  reply: string | null;
  status: string | null;
}

/** What was said and the reply, to be read, or `whole` to be printed. */
export function ReadOnlyTurn({ turn, whole = false }: { turn: ReadOnly; whole?: boolean }) {
  const { t } = useTranslation("share");
  const format = useFormat();
  const cut = turn.status !== null && turn.status !== "completed";
  return (
    <article className="turn flex flex-col gap-4">
      <h2 className="sr-only">{t("turn_at", { when: format.dateTime(turn.createdAt * 1000) })}</h2>
      {turn.pictures.length ? (
        <ul className="flex max-w-[85%] flex-wrap justify-end gap-2 self-end">
          {turn.pictures.map((picture) => (
            <li key={"url" in picture ? picture.url : picture.fileId} className="max-w-full">
              <ShownPicture picture={picture} />
            </li>
          ))}
        </ul>
      ) : null}
      {turn.user ? (
        <div
          dir="auto"
          className="said max-w-[85%] self-end rounded-2xl bg-said px-4 py-2.5 text-start text-base whitespace-pre-wrap"
        >
          <BidiText text={turn.user} />
        </div>
      ) : null}
      {turn.reasoning ? (
        <details open={whole} className="rounded-xl border border-line px-4 py-2 text-ink-soft">
          <summary className="min-h-8 font-medium">{t("thinking_of", { model: turn.model ?? "" })}</summary>
          <div dir="auto" className="pb-2 text-start whitespace-pre-wrap">
            {turn.reasoning}
          </div>
        </details>
      ) : null}
      {turn.reply ? (
        <div className="reply room-for-wide min-w-0">
          <Markdown text={turn.reply} whole={whole} />
        </div>
      ) : null}
      {turn.reply === null || cut ? (
        <p className="text-sm text-ink-faint">{turn.reply === null ? t("no_reply") : t("cut_reply")}</p>
      ) : null}
      {turn.model ? (
        <p className="text-xs text-ink-faint">
          <bdi>{turn.model}</bdi>
        </p>
      ) : null}
    </article>
  );
}

/** A picture that was shown to the model; in its place its name, where it is gone. */
function ShownPicture({ picture }: { picture: ReadOnlyPicture }) {
  const { t } = useTranslation("share");
  const stored = useFileUrl("fileId" in picture ? picture.fileId : null);
  const [broken, setBroken] = useState(false);
  const url = "url" in picture ? picture.url : stored.url;
  if (broken || stored.error) return <p className="text-sm text-ink-faint">{t("picture_gone")}</p>;
  // Printing waits for what is still drawn.
  if (!url) return <span data-state="drawing" className="block size-8 rounded-xl bg-sunken" />;
  return (
    <img
      src={url}
      alt={t("picture")}
      onError={() => setBroken(true)}
      className="max-h-96 max-w-full rounded-xl border border-line"
    />
  );
}
