import { LibraryBig, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { IconButton } from "@/components/button";
import { useLibrary } from "../queries";
import { useCollections } from "./queries";

interface Props {
  /** The chat's own; null where those of its space count. */
  own: readonly string[] | null | undefined;
  spaceId: string | null;
  onChange: (ids: string[]) => void;
}

/** The collections that each message of a chat looks into; one that is gone is looked into no more. */
export function SearchedCollections({ own, spaceId, onChange }: Props) {
  const { t } = useTranslation("library");
  const { data: spaces } = useLibrary("spaces", { enabled: !own && spaceId !== null });
  const ids = own ?? spaces?.find((each) => each.id === spaceId)?.vector_store_ids ?? [];
  const { data } = useCollections({ enabled: ids.length > 0 });
  const shown = data?.filter((each) => ids.includes(each.id)) ?? [];
  if (ids.length === 0 || shown.length === 0) return null;
  return (
    <ul aria-label={t("searched_collections")} className="flex flex-wrap gap-2 px-3 pt-3">
      {shown.map(({ id, name }) => (
        <li
          key={id}
          className="flex min-w-0 items-center gap-1.5 rounded-full bg-accent-soft ps-3 text-sm text-accent"
        >
          <LibraryBig className="size-4 shrink-0" aria-hidden />
          <Link href={`/library/collections?open=${id}`} className="max-w-48 truncate hover:underline">
            <bdi>
              <BidiLine text={name || t("untitled_collection")} />
            </bdi>
          </Link>
          <IconButton
            label={t("searched_leave", { name })}
            onClick={() => onChange(ids.filter((each) => each !== id))}
            className="size-7! rounded-full! coarse:size-9!"
          >
            <X className="size-3.5!" />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}
