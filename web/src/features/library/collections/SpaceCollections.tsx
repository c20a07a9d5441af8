import { useTranslation } from "react-i18next";
import { useCollections } from "./queries";

/** The most that a space may have. */
const MOST = 16;

interface Props {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** The collections that the chats of a space search, ticked in the list of those there are. */
export function SpaceCollections({ chosen, onChange }: Props) {
  const { t } = useTranslation("library");
  const { data } = useCollections();
  if (!data || (data.length === 0 && chosen.length === 0)) return null;
  // One that is gone cannot be asked for again.
  const known = chosen.filter((id) => data.some((each) => each.id === id));
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-sm font-medium">{t("space_collections")}</legend>
      <div className="max-h-48 overflow-y-auto rounded-lg border border-line px-3 py-1">
        {data.map(({ id, name, owner_name }) => (
          <label key={id} className="flex min-h-9 items-center gap-2 coarse:min-h-11">
            <input
              type="checkbox"
              className="size-4.5 shrink-0 accent-accent"
              checked={known.includes(id)}
              disabled={known.length >= MOST && !known.includes(id)}
              onChange={({ target }) =>
                onChange(target.checked ? [...known, id] : known.filter((each) => each !== id))
              }
            />
            <bdi className="min-w-0 truncate">{name || t("untitled_collection")}</bdi>
            {owner_name === null ? null : <bdi className="text-sm text-ink-faint">{owner_name}</bdi>}
          </label>
        ))}
      </div>
      <p className="text-sm text-ink-faint">{t("space_collections_hint")}</p>
    </fieldset>
  );
}
