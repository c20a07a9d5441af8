/** The turns of a chat: one branch of its tree, newest page first, older pages when somebody scrolls up. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { change, showChat } from "@/features/chats";
import { api, data } from "@/lib/api";
import { queryClient } from "@/lib/query-client";
import type { Reply } from "@/lib/stream";
import { type Branch, mergeBranch, type Page, prependOlder, type Turn, turnOf } from "./branch";
import { tellOtherTabs } from "./other-tabs";

const PAGE = 20;

/** How the API's routes name one turn. */
const at = (chatId: string, turnId: string) => ({ params: { path: { chat_id: chatId, turn_id: turnId } } });

async function fetchTurns(
  chatId: string,
  query: { leaf?: string; before?: string; descend?: boolean },
  signal?: AbortSignal,
): Promise<Page> {
  const params = { path: { chat_id: chatId }, query: { limit: PAGE, ...query } };
  const page = await data(api.GET("/earthshine/v1/chats/{chat_id}/turns", { params, signal }));
  return { ...page, data: page.data.map(turnOf) };
}

export const turnsKey = (chatId: string) => ["turns", chatId] as const;

/** The newest page of the branch that is looked at, with what was read of it before. */
export const turnsQuery = (chatId: string) =>
  queryOptions({
    queryKey: turnsKey(chatId),
    queryFn: async ({ signal }): Promise<Branch> => {
      const page = await fetchTurns(chatId, {}, signal);
      return mergeBranch(queryClient.getQueryData<Branch>(turnsKey(chatId)), page);
    },
    structuralSharing: false,
  });

export function useTurns(chatId: string, options: { enabled?: boolean } = {}) {
  return useQuery({ ...turnsQuery(chatId), ...options });
}

/** Reads the page above what is known. */
export async function loadOlder(chatId: string): Promise<void> {
  const known = queryClient.getQueryData<Branch>(turnsKey(chatId));
  const first = known?.turns[0];
  const leaf = known?.turns.at(-1);
  if (!known?.hasMore || !first || !leaf) return;
  const page = await fetchTurns(chatId, { leaf: leaf.id, before: first.id });
  queryClient.setQueryData<Branch>(turnsKey(chatId), (now) => prependOlder(now, first.id, page));
}

/** Puts a turn that the server has just told of at the end of its parent's branch, or over its older state. */
export function showTurn(turn: Turn): void {
  queryClient.setQueryData<Branch>(turnsKey(turn.chat_id), (known) => {
    if (!known) return known;
    const place = known.turns.findIndex((each) => each.id === turn.id);
    if (place >= 0) return { ...known, turns: known.turns.with(place, turn) };
    const parent = turn.parent_id === null ? -1 : known.turns.findIndex((each) => each.id === turn.parent_id);
    if (parent < 0 && turn.parent_id !== null) return known;
    return {
      hasMore: turn.parent_id === null ? false : known.hasMore,
      turns: [...known.turns.slice(0, parent + 1), turn],
    };
  });
}

/** Puts the last state of a reply into its turn. */
export function showReply(chatId: string, turnId: string, reply: Reply): void {
  queryClient.setQueryData<Branch>(turnsKey(chatId), (known) => {
    if (!known) return known;
    return {
      ...known,
      turns: known.turns.map((turn) => (turn.id === turnId ? withReply(turn, reply) : turn)),
    };
  });
}

function withReply(turn: Turn, reply: Reply): Turn {
  const error = reply.error ? { code: reply.error.code, message: reply.error.message } : turn.error;
  return { ...turn, status: reply.status, response: reply, error };
}

/** Goes to the branch through a turn, and down to its newest turn; the server remembers it for other devices. */
export function switchBranch(chatId: string, turnId: string): Promise<void> {
  return change(chatId, async () => {
    const page = await fetchTurns(chatId, { leaf: turnId, descend: true });
    const leaf = page.data.at(-1);
    if (!leaf) return;
    // The server first: a reading that began before would show the branch that was left.
    const chat = await data(
      api.POST("/earthshine/v1/chats/{chat_id}", {
        params: { path: { chat_id: chatId } },
        body: { current_turn_id: leaf.id },
      }),
    );
    await queryClient.cancelQueries({ queryKey: turnsKey(chatId) });
    queryClient.setQueryData<Branch>(turnsKey(chatId), (known) => mergeBranch(known, page));
    showChat(chat);
    tellOtherTabs(chatId);
  });
}

export const turnQuery = (chatId: string, turnId: string) =>
  queryOptions({
    queryKey: ["turn", chatId, turnId] as const,
    queryFn: async ({ signal }) =>
      turnOf(
        await data(
          api.GET("/earthshine/v1/chats/{chat_id}/turns/{turn_id}", { ...at(chatId, turnId), signal }),
        ),
      ),
  });

/** The turns that answer the same question side by side with this one, itself included, as far as they are known. */
export function groupOf(turn: Turn): readonly Turn[] {
  const known = turn.sibling_ids.map((id) => queryClient.getQueryData<Turn>(["turn", turn.chat_id, id]));
  const others = known.filter((each) => each?.group_id === turn.group_id && each.id !== turn.id);
  return turn.group_id === null ? [turn] : [turn, ...(others as Turn[])];
}

/** Stops a turn: one that waits is never begun, one that is being answered keeps what was written. */
export async function cancelTurn(chatId: string, turnId: string): Promise<void> {
  const turn = turnOf(
    await data(api.POST("/earthshine/v1/chats/{chat_id}/turns/{turn_id}/cancel", at(chatId, turnId))),
  );
  const branch = queryClient.getQueryData<Branch>(turnsKey(chatId));
  if (branch?.turns.some((each) => each.id === turnId)) showTurn(turn);
  queryClient.setQueryData<Turn>(["turn", chatId, turnId], turn);
  await queryClient.invalidateQueries({ queryKey: turnsKey(chatId) });
  tellOtherTabs(chatId);
}
