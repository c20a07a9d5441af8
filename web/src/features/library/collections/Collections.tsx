import { LibraryBig, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearch } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { IconButton } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { Icon, Shared } from "../Card";
import { ItemList } from "../ItemList";
import { useLibrary } from "../queries";
import { CollectionEditor } from "./CollectionEditor";
import { CollectionView } from "./CollectionView";
import { type Collection, useCollections, useDeleteCollection } from "./queries";

/** Collections of files; the address names the one that is open. */
export function Collections() {
  const { t } = useTranslation("library");
  const { data, error, refetch } = useCollections();
  const open = new URLSearchParams(useSearch()).get("open");
  const [edited, setEdited] = useState<Collection | "new" | null>(null);
  const [deleted, setDeleted] = useState<Collection | null>(null);
  const shown = open ? data?.find((each) => each.id === open) : undefined;
  return (
    <>
      {shown ? (
        <CollectionView collection={shown} />
      ) : (
        <ItemList
          about={t("collections_about")}
          add={t("new_collection")}
          onAdd={() => setEdited("new")}
          things={data}
          error={error}
          retry={() => void refetch()}
          empty={{ icon: <LibraryBig />, title: t("no_collections"), text: t("no_collections_text") }}
        >
          {(each) => (
            <Row collection={each} onEdit={() => setEdited(each)} onDelete={() => setDeleted(each)} />
          )}
        </ItemList>
      )}
      {edited ? (
        <CollectionEditor collection={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      ) : null}
      {deleted ? <DeleteCollection collection={deleted} onClose={() => setDeleted(null)} /> : null}
    </>
  );
}

interface RowProps {
  collection: Collection;
  onEdit: () => void;
  onDelete: () => void;
}

function Row({ collection, onEdit, onDelete }: RowProps) {
  const { t } = useTranslation("library");
  const format = useFormat();
  const { data: spaces } = useLibrary("spaces");
  const its = spaces?.filter((each) => each.vector_store_ids.includes(collection.id)) ?? [];
  const mine = collection.owner_name === null;
  const name = collection.name || t("untitled_collection");
  const { failed, in_progress, total } = collection.file_counts;
  return (
    <article className="flex items-center gap-3">
      <Icon icon="" name={name} />
      <div className="min-w-0 flex-1">
        <h2 className="flex flex-wrap items-center gap-x-2 font-medium">
          <Link href={`/library/collections?open=${collection.id}`} className="hover:underline">
            <bdi>
              <BidiLine text={name} />
            </bdi>
          </Link>
          {collection.shared ? <Shared mine={mine} owner={collection.owner_name ?? ""} /> : null}
        </h2>
        <p className="flex flex-wrap gap-x-2 text-sm text-ink-faint">
          <span>{t("files_count", { count: total })}</span>
          <span>{format.bytes(collection.usage_bytes)}</span>
          {its.length > 0 ? (
            <span>{t("in_space", { space: format.list(its.map((each) => each.name)) })}</span>
          ) : null}
          {in_progress ? <span>{t("collection_progress", { count: in_progress })}</span> : null}
          {failed ? <span className="text-bad">{t("collection_failed", { count: failed })}</span> : null}
        </p>
      </div>
      {mine ? (
        <>
          <IconButton label={t("edit", { name })} onClick={onEdit}>
            <Pencil />
          </IconButton>
          <IconButton label={t("delete", { name })} onClick={onDelete}>
            <Trash2 />
          </IconButton>
        </>
      ) : null}
    </article>
  );
}

function DeleteCollection({ collection, onClose }: { collection: Collection; onClose: () => void }) {
  const { t } = useTranslation("library");
  const { mutate, isPending } = useDeleteCollection();
  const name = collection.name || t("untitled_collection");
  return (
    <Confirm
      title={t("delete_title", { name })}
      text={t("delete_collection_text")}
      action={t("delete_action")}
      busy={isPending}
      onConfirm={() =>
        mutate(collection.id, {
          onSuccess: () => {
            toast(t("deleted", { name }));
            onClose();
          },
          onError: (error) => toast(errorText(error), { kind: "error" }),
        })
      }
      onClose={onClose}
    />
  );
}
