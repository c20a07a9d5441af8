import { type RefObject, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "@/components/states";
import { type Chat, type ChatFilter, useChats } from "@/features/chats";
import { useFormat } from "@/lib/i18n/format";
import { ChatRow } from "../chat-row/ChatRow";
import { byDay, type Group } from "./days";
import { offsetsOf, rowsOf } from "./rows";
import { useTabStop } from "./use-tab-stop";
import { useToday } from "./use-today";
import { useWindow } from "./use-window";

interface Props {
  filter: ChatFilter;
  scroller: RefObject<HTMLElement | null>;
  /** What is said where there is no chat. */
  empty: string;
}

const REM = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
const COARSE = window.matchMedia("(pointer: coarse)").matches;
const HEIGHT = { heading: 2.25 * REM, chat: (COARSE ? 2.75 : 2.25) * REM };
/** How near its end a list is read on. */
const AHEAD = 20;

/** All chats by day, of which only those in view are drawn: as quick with ten thousand as with ten. */
export function ChatList({ filter, scroller, empty }: Props) {
  const { t } = useTranslation("sidebar");
  const today = useToday();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useChats(filter);
  const rows = useMemo(() => {
    const chats = data?.pages.flatMap((page) => page.data) ?? [];
    return rowsOf(byDay(chats, (chat) => chat.updated_at * 1000, today));
  }, [data, today]);
  const offsets = useMemo(() => offsetsOf(rows, HEIGHT), [rows]);
  const list = useRef<HTMLUListElement>(null);
  const [from, to] = useWindow(scroller, list, offsets);
  const drawn = rows.slice(from, to);
  const ids = drawn.flatMap((row) => (row.kind === "chat" ? [row.chat.id] : []));
  const { stop, onFocus } = useTabStop(ids);

  const wanted = hasNextPage && !isFetchingNextPage && !error && to + AHEAD >= rows.length;
  useEffect(() => {
    if (wanted) void fetchNextPage();
  }, [wanted, fetchNextPage]);

  const end = offsets.at(-1) ?? 0;
  return (
    <>
      <ul
        ref={list}
        aria-label={t("chats")}
        aria-busy={isPending || isFetchingNextPage}
        onFocus={onFocus}
        style={{
          paddingTop: offsets[Math.min(from, rows.length)] ?? 0,
          paddingBottom: end - (offsets[Math.min(to, rows.length)] ?? end),
        }}
      >
        {drawn.map((row) =>
          row.kind === "heading" ? (
            <li key={row.key} className="flex h-9 items-end px-3 pb-1">
              <h3 className="text-xs font-medium text-ink-faint">
                <GroupName group={row.group} now={today} />
              </h3>
            </li>
          ) : (
            <li key={row.key} data-chat={row.chat.id}>
              <ChatRow chat={row.chat} tabbable={row.chat.id === stop} />
            </li>
          ),
        )}
      </ul>
      {error && !data ? <Failure error={error} retry={() => void refetch()} className="m-2" /> : null}
      {isPending ? <Skeleton /> : null}
      {data && rows.length === 0 ? <p className="px-3 py-2 text-sm text-ink-faint">{empty}</p> : null}
    </>
  );
}

function GroupName({ group, now }: { group: Group<Chat>; now: number }) {
  const { t } = useTranslation("sidebar");
  const format = useFormat();
  if (group.period !== "month") return t(group.period);
  const sameYear = new Date(group.start).getFullYear() === new Date(now).getFullYear();
  return format.date(group.start, sameYear ? { month: "long" } : { month: "long", year: "numeric" });
}

/** Lines where chats will be, so that nothing moves when they come. */
function Skeleton() {
  const { t } = useTranslation("shell");
  return (
    <div role="status" aria-label={t("loading")} className="flex flex-col gap-1 px-3 pt-9">
      {["w-4/5", "w-3/5", "w-2/3", "w-1/2"].map((width) => (
        <div key={width} className="flex h-9 items-center">
          <div className={`h-3 animate-pulse rounded-full bg-hover ${width}`} />
        </div>
      ))}
    </div>
  );
}
