import { Folder, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { Select, TextArea } from "@/components/field";
import { useChats } from "@/features/chats";
import { ALIGNED, cx } from "@/lib/class-names";
import { Card, Icon } from "./Card";
import { SpaceCollections } from "./collections/SpaceCollections";
import { EditorDialog } from "./EditorDialog";
import { IconAndName } from "./IconAndName";
import { ItemList } from "./ItemList";
import { type Space, useLibrary } from "./queries";
import { useEditor } from "./use-editor";

/** Places for chats about one thing. */
export function Spaces() {
  const { t } = useTranslation("library");
  const { data, error, refetch } = useLibrary("spaces");
  const [edited, setEdited] = useState<Space | "new" | null>(null);
  return (
    <>
      <ItemList
        about={t("spaces_about")}
        add={t("new_space")}
        onAdd={() => setEdited("new")}
        things={data}
        error={error}
        retry={() => void refetch()}
        empty={{ icon: <Folder />, title: t("no_spaces"), text: t("no_spaces_text") }}
      >
        {(space) => (
          <Card
            kind="spaces"
            id={space.id}
            name={space.name}
            text={space.instructions}
            icon={<Icon icon={space.icon} name={space.name} />}
            onEdit={() => setEdited(space)}
            actions={
              <Link
                href={`/?space=${space.id}`}
                className="inline-flex min-h-9 items-center gap-2 rounded-lg border border-line px-3 text-sm font-medium hover:bg-hover coarse:min-h-11"
              >
                <Plus className="size-4" aria-hidden />
                {t("new_chat")}
                <span className="sr-only">{space.name}</span>
              </Link>
            }
          >
            <SpaceChats id={space.id} />
          </Card>
        )}
      </ItemList>
      {edited ? (
        <SpaceEditor space={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      ) : null}
    </>
  );
}

const SHOWN = 5;

/** The latest chats of a space. */
function SpaceChats({ id }: { id: string }) {
  const { t } = useTranslation("library");
  const [all, setAll] = useState(false);
  const { data, hasNextPage, fetchNextPage } = useChats({ archived: false, space_id: id });
  const chats = data?.pages.flatMap((page) => page.data) ?? [];
  const more = all ? hasNextPage : chats.length > SHOWN;
  if (chats.length === 0) return null;
  return (
    <ul className="mt-2 flex flex-col">
      {(all ? chats : chats.slice(0, SHOWN)).map((chat) => (
        <li key={chat.id}>
          <Link
            href={`/c/${chat.id}`}
            className="-mx-2 flex min-h-8 items-center rounded-lg px-2 hover:bg-hover coarse:min-h-11"
          >
            <span dir="auto" className={cx("min-w-0 flex-1 truncate", ALIGNED)}>
              <BidiLine text={chat.title || t("untitled")} />
            </span>
          </Link>
        </li>
      ))}
      {more ? (
        <li>
          <button
            type="button"
            onClick={() => (all ? void fetchNextPage() : setAll(true))}
            className="min-h-8 text-sm text-accent underline coarse:min-h-11"
          >
            {t("more")}
          </button>
        </li>
      ) : null}
    </ul>
  );
}

function SpaceEditor({ space, onClose }: { space: Space | null; onClose: () => void }) {
  const { t } = useTranslation("library");
  const { data: assistants } = useLibrary("assistants");
  const { fields, change, dialog } = useEditor(
    "spaces",
    space,
    {
      name: space?.name ?? "",
      icon: space?.icon ?? "",
      instructions: space?.instructions ?? "",
      assistant_id: space?.assistant_id ?? null,
      vector_store_ids: space?.vector_store_ids ?? [],
    },
    onClose,
  );
  return (
    <EditorDialog title={space ? t("edit_space") : t("new_space")} {...dialog}>
      <IconAndName icon={fields.icon} name={fields.name} onChange={change} />
      <TextArea
        label={t("instructions")}
        hint={t("space_instructions_hint")}
        rows={6}
        value={fields.instructions}
        onChange={(event) => change({ instructions: event.target.value })}
      />
      <Select
        label={t("space_assistant")}
        value={fields.assistant_id ?? ""}
        onChange={(event) => change({ assistant_id: event.target.value || null })}
      >
        <option value="">{t("none")}</option>
        {assistants?.map((assistant) => (
          <option key={assistant.id} value={assistant.id}>
            {assistant.name}
          </option>
        ))}
      </Select>
      <SpaceCollections
        chosen={fields.vector_store_ids}
        onChange={(vector_store_ids) => change({ vector_store_ids })}
      />
    </EditorDialog>
  );
}
