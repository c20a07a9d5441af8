import { useTranslation } from "react-i18next";
import { BidiLine, BidiText } from "@/components/bidi-text";
import { Failure, Loading } from "@/components/states";
import { FileIcon } from "@/features/files";
import { openReading, type Passage, partName } from "@/features/reading";
import { ALIGNED, cx } from "@/lib/class-names";
import { type Found, useCollectionSearch } from "./queries";

/** The passages that were found, the best first; each opens its file there. */
export function FoundPassages({ id, query }: { id: string; query: string }) {
  const { t } = useTranslation("library");
  const reading = useTranslation("reading").t;
  const { data, error, refetch } = useCollectionSearch(id, query);
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading label={t("searching")} />;
  if (data.data.length === 0) return <p className="text-center text-ink-soft">{t("nothing_found")}</p>;
  const passages = data.data.map(passageOf);
  return (
    <ol aria-label={t("found_passages")} className="flex flex-col gap-2">
      {data.data.map((found, index) => (
        <li key={`${found.file_id} ${found.passage.start}`}>
          <button
            type="button"
            onClick={() => {
              const passage = passages[index] ?? null;
              openReading({ fileId: found.file_id, filename: found.filename }, passage, passages);
            }}
            className="flex w-full flex-col gap-1 rounded-xl border border-line bg-surface p-3 text-start hover:bg-hover"
          >
            <span className="flex max-w-full items-center gap-2 text-sm text-ink-faint">
              <FileIcon name={found.filename} className="size-4" />
              <bdi className="min-w-0 truncate">
                <BidiLine text={found.filename} />
              </bdi>
              <bdi className="shrink-0">{partName(found.filename, found.passage.label, reading)}</bdi>
            </span>
            {found.passage.heading ? (
              <span dir="auto" className={cx("block w-full font-medium", ALIGNED)}>
                {found.passage.heading}
              </span>
            ) : null}
            <span dir="auto" className={cx("line-clamp-4 w-full", ALIGNED)}>
              <BidiText text={found.content.map((each) => each.text).join("\n")} />
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function passageOf({ file_id, filename, passage }: Found): Passage {
  return { fileId: file_id, filename, part: passage.part, start: passage.start, end: passage.end };
}
