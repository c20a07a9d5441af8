import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import type { DocumentSearch } from "./use-document-search";

/** While somebody types, nothing is looked for. */
const PAUSE_MS = 250;

/** Looks for words in the document; Enter goes to the next place, Shift+Enter to the one before. */
export function SearchBar({ search, onClose }: { search: DocumentSearch; onClose: () => void }) {
  const { t } = useTranslation("reading");
  const format = useFormat();
  const [typed, type] = useState(search.query);
  const { query, look, matches, place, step } = search;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed begins a search
  useEffect(() => {
    if (typed.trim() === query) return;
    const timer = setTimeout(() => look(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const found = query && !search.busy;
  return (
    <search className="flex items-center gap-1 border-b border-line px-3 py-1.5">
      <input
        // biome-ignore lint/a11y/noAutofocus: the person has just asked to look for something
        autoFocus
        type="search"
        dir="auto"
        maxLength={500}
        aria-label={t("search")}
        placeholder={t("search")}
        value={typed}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
          event.preventDefault();
          if (typed.trim() !== query) look(typed);
          else step(event.shiftKey ? -1 : 1);
        }}
        className="min-h-9 min-w-0 flex-1 rounded-lg border border-line bg-surface px-3"
      />
      <span role="status" className="px-1 text-sm whitespace-nowrap text-ink-soft tabular-nums">
        {search.error ? errorText(search.error) : null}
        {found && matches.length === 0 && !search.error ? t("not_found") : null}
        {found && matches.length > 0
          ? t(search.more ? "match_of_more" : "match_of", {
              place: format.number(place + 1),
              all: format.number(matches.length),
            })
          : null}
      </span>
      <IconButton label={t("match_before")} disabled={matches.length === 0} onClick={() => step(-1)}>
        <ChevronUp />
      </IconButton>
      <IconButton label={t("match_after")} disabled={matches.length === 0} onClick={() => step(1)}>
        <ChevronDown />
      </IconButton>
      <IconButton label={t("search_close")} onClick={onClose}>
        <X />
      </IconButton>
    </search>
  );
}
