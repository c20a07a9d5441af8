/** One branch of a chat, as pages of it come in. */
import type { Schemas } from "@/lib/api";
import type { Reply } from "@/lib/stream";
import type { InputItem } from "./input";

/** What was said, and the reply that a model gave or gives. */
export interface Turn extends Readonly<Omit<Schemas["ChatTurn"], "input" | "response" | "rating">> {
  input: readonly InputItem[];
  response: Reply | null;
  rating?: Schemas["ChatRating"] | null;
}

/** A turn as the server sends it: the OpenAPI document leaves open what the items of `input` and `output` are. */
export function turnOf(turn: Schemas["ChatTurn"]): Turn {
  return turn as unknown as Turn;
}

export interface Branch {
  /** Oldest first. */
  turns: readonly Turn[];
  /** Whether there are older ones that were not read. */
  hasMore: boolean;
}

export interface Page {
  data: readonly Turn[];
  has_more: boolean;
}

const OVER = new Set(["completed", "incomplete", "failed", "cancelled"]);

export function isOver(turn: Pick<Turn, "status">): boolean {
  return OVER.has(turn.status);
}

/** Puts the newest page of a branch under what is known of it; a turn that did not change stays the same object. */
export function mergeBranch(known: Branch | undefined, page: Page): Branch {
  const first = page.data[0];
  if (!known || !first) return { turns: page.data, hasMore: page.has_more };
  const before = new Map(known.turns.map((turn) => [turn.id, turn]));
  const newest = page.data.map((turn) => sameOr(before.get(turn.id), turn));
  const parent = known.turns.findIndex((turn) => turn.id === first.parent_id);
  if (parent < 0) return { turns: newest, hasMore: page.has_more };
  return { turns: [...known.turns.slice(0, parent + 1), ...newest], hasMore: known.hasMore };
}

/** Puts an older page above the turn that was the oldest. Another branch may be on the page by now: then nothing. */
export function prependOlder(known: Branch | undefined, above: string, page: Page): Branch | undefined {
  if (!known || known.turns[0]?.id !== above) return known;
  return { turns: [...page.data, ...known.turns], hasMore: page.has_more };
}

/** A turn that is over never changes, but for its siblings, what is thought of its reply, and a reply that is deleted. */
function sameOr(old: Turn | undefined, turn: Turn): Turn {
  const same =
    old &&
    isOver(old) &&
    old.status === turn.status &&
    old.response?.id === turn.response?.id &&
    JSON.stringify(old.rating ?? null) === JSON.stringify(turn.rating ?? null) &&
    old.can_continue === turn.can_continue &&
    String(old.sibling_ids) === String(turn.sibling_ids) &&
    JSON.stringify(old.versions) === JSON.stringify(turn.versions);
  return same ? old : turn;
}

/** What stands on the page for a turn that the server does not know yet. */
export interface Unsent {
  turnId: string;
  parentId: string | null;
}

/**
 * Puts what is on its way to the server where it will stand: after its parent, in place of what followed it.
 *
 * Returns the turns to show and the unsent ones that follow them, each with the parent before it.
 */
export function withUnsent<U extends Unsent>(
  branch: Branch,
  unsent: readonly U[],
): { turns: readonly Turn[]; unsent: readonly U[] } {
  let turns = branch.turns;
  const shown: U[] = [];
  for (const each of unsent) {
    if (turns.some((turn) => turn.id === each.turnId)) continue;
    const last = shown.at(-1);
    if (last && last.turnId === each.parentId) {
      shown.push(each);
      continue;
    }
    const parent = turns.findIndex((turn) => turn.id === each.parentId);
    if (each.parentId !== null && parent < 0) {
      // Its branch is not on the page; what somebody wrote is shown nevertheless.
      shown.push(each);
      continue;
    }
    turns = turns.slice(0, parent + 1);
    shown.length = 0;
    shown.push(each);
  }
  return { turns, unsent: shown };
}

/** The turns that were asked, and those that wait for the one before them. What was never asked is left out. */
export function splitQueue(turns: readonly Turn[]): { asked: readonly Turn[]; queued: readonly Turn[] } {
  const shown = turns.filter((turn) => !(turn.status === "cancelled" && turn.response_id === null));
  const running = shown.findIndex((turn) => !isOver(turn));
  if (running < 0) return { asked: shown, queued: [] };
  const waits = (turn: Turn, index: number) =>
    index > running && turn.status === "queued" && !turn.response_id;
  return { asked: shown.filter((t, i) => !waits(t, i)), queued: shown.filter(waits) };
}

/** The turn that a new message follows: the last one of the branch that was asked or will be. */
export function lastTurn(turns: readonly Turn[]): Turn | undefined {
  return turns.findLast((turn) => !(turn.status === "cancelled" && turn.response_id === null));
}
