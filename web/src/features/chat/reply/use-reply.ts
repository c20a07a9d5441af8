/** The reply of a turn as it is now, growing while it is being written. */
import { useSyncExternalStore } from "react";
import { refreshChats } from "@/features/chats";
import { queryClient } from "@/lib/query-client";
import { type Followed, type Follower, followers } from "@/lib/stream";
import { isOver, type Turn } from "../turns/branch";
import { tellOtherTabs } from "../turns/other-tabs";
import { showReply, turnsKey } from "../turns/queries";
import { keepThinkingTime } from "./thinking-times";

const settled = new WeakSet<Follower>();

/** Follows a turn's reply to its end, and then puts it where the turn is kept. */
export function followTurn(turn: Turn): Follower | undefined {
  if (!turn.response_id) return undefined;
  if (isOver(turn)) return followers.find(turn.response_id);
  const follower = followers.follow(turn.response_id, turn.response);
  if (!settled.has(follower)) {
    settled.add(follower);
    void follower.ended.then((end) => settle(turn, end));
  }
  return follower;
}

async function settle(turn: Turn, { reply, thinking, link }: Followed): Promise<void> {
  if (reply) {
    keepThinkingTime(reply.id, thinking);
    if (link === "ended") showReply(turn.chat_id, turn.id, reply);
  }
  tellOtherTabs(turn.chat_id);
  await Promise.allSettled([
    queryClient.invalidateQueries({ queryKey: turnsKey(turn.chat_id) }),
    queryClient.invalidateQueries({ queryKey: ["turn", turn.chat_id] }),
    queryClient.invalidateQueries({ queryKey: ["chat", turn.chat_id] }),
    refreshChats(),
  ]);
}

const nothing = () => () => {};

/** What a turn's reply is now. */
export function useReply(turn: Turn): Followed {
  const follower = followTurn(turn);
  const still: Followed = { reply: turn.response, thinking: null, link: "ended" };
  const followed = useSyncExternalStore(follower?.subscribe ?? nothing, follower?.get ?? (() => null));
  if (!followed) return still;
  // What the server keeps is the last word.
  return isOver(turn) && turn.response ? { ...followed, reply: turn.response, link: "ended" } : followed;
}
