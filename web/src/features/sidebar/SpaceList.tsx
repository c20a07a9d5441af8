import { Folder, Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { useChats } from "@/features/chats";
import { type Space, useLibrary } from "@/features/library";
import { ALIGNED, cx } from "@/lib/class-names";
import { ShortList } from "./chat-list/ShortList";
import { STOP } from "./list-keys";
import { Chevron, Section } from "./Section";

/** The person's spaces; each opens to its chats. Nothing where there are none. */
export function SpaceList() {
  const { t } = useTranslation("sidebar");
  const { data: spaces } = useLibrary("spaces");
  if (!spaces?.length) return null;
  return (
    <Section name="spaces" title={t("spaces")}>
      <ul aria-label={t("spaces")}>
        {spaces.map((space) => (
          <SpaceItem key={space.id} space={space} />
        ))}
      </ul>
    </Section>
  );
}

function SpaceItem({ space }: { space: Space }) {
  const { t } = useTranslation("sidebar");
  const [open, setOpen] = useState(false);
  return (
    <li>
      <div className="group/space relative flex items-center rounded-lg hover:bg-hover">
        <button
          type="button"
          {...STOP}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex min-h-9 min-w-0 flex-1 items-center gap-2 rounded-lg ps-3 pe-10 -outline-offset-2 coarse:min-h-11"
        >
          {space.icon ? (
            <span aria-hidden className="w-4 text-center leading-none">
              {space.icon}
            </span>
          ) : (
            <Folder className="size-4 shrink-0 text-ink-faint" aria-hidden />
          )}
          <span dir="auto" className={cx("min-w-0 truncate", ALIGNED)}>
            <BidiLine text={space.name} />
          </span>
          <Chevron open={open} />
        </button>
        <Link
          href={`/?space=${space.id}`}
          aria-label={t("new_chat_in", { space: space.name })}
          title={t("new_chat_in", { space: space.name })}
          className="absolute end-1 grid size-7 place-items-center rounded-md text-ink-soft opacity-0 group-focus-within/space:opacity-100 group-hover/space:opacity-100 hover:bg-line coarse:end-0 coarse:size-11 coarse:opacity-100"
        >
          <Plus className="size-4" aria-hidden />
        </Link>
      </div>
      {open ? <SpaceChats space={space} /> : null}
    </li>
  );
}

function SpaceChats({ space }: { space: Space }) {
  const { t } = useTranslation("sidebar");
  const filter = useMemo(() => ({ archived: false, space_id: space.id }), [space.id]);
  const { data, hasNextPage, fetchNextPage } = useChats(filter);
  const chats = data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <div className="ms-4 border-s border-line ps-1">
      {data && chats.length === 0 ? (
        <p className="px-3 py-1.5 text-sm text-ink-faint">{t("no_chats_here")}</p>
      ) : null}
      <ShortList
        label={t("chats_of", { space: space.name })}
        chats={chats}
        more={hasNextPage ? () => void fetchNextPage() : undefined}
      />
    </div>
  );
}
