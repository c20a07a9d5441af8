import { ArrowLeft, MessageCircleQuestion } from "lucide-react";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { TextField } from "@/components/field";
import { toast } from "@/components/overlays/toast";
import { Failure, Loading } from "@/components/states";
import { DropHint, type StoredFile, UploadList, useDroppedFiles, useUploads } from "@/features/files";
import { errorText } from "@/lib/errors/texts";
import { AddFiles } from "../files/Files";
import { CollectionFileRow } from "./CollectionFileRow";
import { FoundPassages } from "./FoundPassages";
import { addToCollection, type Collection, useCollectionFiles } from "./queries";

/** One collection: what is in it, how far that is taken in, and the search through all of it. */
export function CollectionView({ collection }: { collection: Collection }) {
  const { t } = useTranslation("library");
  const { id, owner_name } = collection;
  const mine = owner_name === null;
  const { data: files, error, refetch } = useCollectionFiles(id);
  const [typed, type] = useState("");
  const [query, look] = useState("");
  const take = useCallback(
    (file: StoredFile) =>
      void addToCollection(id, file.id).catch((thrown) => toast(errorText(thrown), { kind: "error" })),
    [id],
  );
  const uploads = useUploads(take);
  const refuse = () => toast(t("read_only_collection", { name: owner_name ?? "" }), { kind: "error" });
  const over = useDroppedFiles(mine ? uploads.add : refuse);
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <Link
          href="/library/collections"
          className="inline-flex min-h-9 items-center gap-2 text-accent hover:underline"
        >
          <ArrowLeft className="mirrored size-4" aria-hidden />
          {t("collections")}
        </Link>
        <h2 className="min-w-40 flex-1 truncate text-lg font-semibold">
          <bdi>
            <BidiLine text={collection.name || t("untitled_collection")} />
          </bdi>
        </h2>
        <Link
          href={`/?collection=${id}`}
          className="inline-flex min-h-10 items-center gap-2 rounded-lg border border-line px-4 font-medium hover:bg-hover"
        >
          <MessageCircleQuestion className="size-4" aria-hidden />
          {t("collection_ask")}
        </Link>
        {mine ? <AddFiles onFiles={uploads.add} /> : null}
      </div>
      {mine ? null : <p className="text-ink-soft">{t("read_only_collection", { name: owner_name })}</p>}
      {over && mine ? <DropHint /> : null}
      <search>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            look(typed.trim());
          }}
        >
          <TextField
            type="search"
            hidden
            label={t("collection_search")}
            placeholder={t("collection_search")}
            maxLength={500}
            value={typed}
            onChange={(event) => {
              type(event.target.value);
              if (event.target.value === "") look("");
            }}
          />
        </form>
      </search>
      {query ? <FoundPassages id={id} query={query} /> : null}
      <UploadList {...uploads} />
      {error && !files ? <Failure error={error} retry={() => void refetch()} /> : null}
      {!files && !error ? <Loading /> : null}
      {files?.length === 0 && uploads.uploads.length === 0 ? (
        <p className="rounded-2xl border-2 border-dashed border-line p-8 text-center text-ink-soft">
          {mine ? t("collection_empty") : t("no_files")}
        </p>
      ) : null}
      {files?.length ? (
        <ul aria-label={t("files")} className="flex flex-col divide-y divide-line">
          {files.map((file) => (
            <CollectionFileRow key={file.id} file={file} mine={mine} />
          ))}
        </ul>
      ) : null}
    </>
  );
}
