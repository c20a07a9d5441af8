import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { byChat, knownChats, useChatSearch } from "@/features/search";
import { type Command, useAllCommands } from "@/lib/commands";
import { useFormat } from "@/lib/i18n/format";
import { ranked } from "./rank";

export interface PaletteItem {
  id: string;
  kind: "command" | "chat" | "match";
  label: string;
  detail?: string;
  keys?: string;
  snippet?: string;
  highlights?: readonly (readonly number[])[];
  /** Whether it is a further passage of the chat above it. */
  further?: boolean;
  run: () => void;
  /** Its place among all that is listed. */
  index: number;
}

export interface Section {
  name: string;
  items: PaletteItem[];
}

type Unindexed = Omit<PaletteItem, "index">;

const RECENT = 6;
const TITLES = 6;

/** What fits what is typed: the device's own at once, and the server's as soon as it is found. */
export function usePaletteItems(typed: string, mode: "all" | "search") {
  const { t } = useTranslation("palette");
  const format = useFormat();
  const [, go] = useLocation();
  const commands = useAllCommands();
  const query = typed.trim();
  const search = useChatSearch(query);
  const { data: matches } = search;

  const sections = useMemo(() => {
    const list: { name: string; items: Unindexed[] }[] = [];
    const chats = knownChats();
    const titled = query
      ? ranked(query, chats, (chat) => chat.title).slice(0, TITLES)
      : chats.slice(0, RECENT);
    list.push({
      name: query ? t("chats") : t("recent"),
      items: titled.map((chat) => ({
        id: chat.id,
        kind: "chat",
        label: chat.title || t("untitled"),
        detail: format.ago(chat.updated_at * 1000),
        run: () => go(`/c/${chat.id}`),
      })),
    });
    if (mode === "all") list.push(...commandSections(commands, query, t("other")));
    const listed = new Set(titled.map((chat) => chat.id));
    list.push({
      name: t("in_chats"),
      items: byChat(query ? (matches ?? []) : [])
        .filter((chat) => chat.passages.length > 0 || !listed.has(chat.id))
        .flatMap((chat): Unindexed[] => {
          const found = { kind: "match", label: chat.title || t("untitled") } as const;
          const path = `/c/${chat.id}`;
          if (chat.passages.length === 0)
            return [{ ...found, id: chat.id, detail: format.ago(chat.at * 1000), run: () => go(path) }];
          return chat.passages.map((match, place) => ({
            ...found,
            id: `${chat.id}-${match.turn_id}-${match.role}`,
            detail: place > 0 ? undefined : format.ago(match.created_at * 1000),
            snippet: match.snippet,
            highlights: match.highlights,
            further: place > 0,
            run: () => go(`${path}?turn=${match.turn_id}`),
          }));
        }),
    });
    return place(list);
  }, [query, matches, commands, mode, t, go, format]);

  return {
    sections,
    items: sections.flatMap((section) => section.items),
    error: query ? search.error : null,
    busy: search.isFetching || search.waiting,
    retry: () => void search.refetch(),
  };
}

/** Commands by their sections; those that fit best together in one list once something is typed. */
function commandSections(commands: readonly Command[], query: string, other: string) {
  const offered = commands.filter((command) => command.id !== "palette");
  const line = (command: Command): Unindexed => ({
    id: command.id,
    kind: "command",
    label: command.label,
    keys: command.keys,
    detail: query ? command.section : undefined,
    run: command.run,
  });
  if (query) {
    const fitting = ranked(
      query,
      offered,
      (each) => `${each.label} ${each.words ?? ""} ${each.section ?? ""}`,
    );
    return [{ name: other, items: fitting.slice(0, 8).map(line) }];
  }
  const sections = new Map<string, Unindexed[]>();
  for (const command of offered.filter((each) => !each.sought)) {
    const name = command.section ?? other;
    sections.set(name, [...(sections.get(name) ?? []), line(command)]);
  }
  return [...sections].map(([name, items]) => ({ name, items }));
}

function place(list: { name: string; items: Unindexed[] }[]): Section[] {
  let index = 0;
  return list
    .filter((section) => section.items.length > 0)
    .map((section) => ({
      name: section.name,
      items: section.items.map((item) => ({ ...item, index: index++ })),
    }));
}
