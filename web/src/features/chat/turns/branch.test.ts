import { describe, expect, it } from "vitest";
import {
  type Branch,
  lastTurn,
  mergeBranch,
  prependOlder,
  splitQueue,
  type Turn,
  withUnsent,
} from "./branch";

function turn(id: string, parent_id: string | null, more: Partial<Turn> = {}): Turn {
  return {
    ...{ id, object: "chat.turn", chat_id: "chat_1", parent_id, group_id: null, created_at: 1 },
    ...{
      status: "completed",
      input: [],
      response_id: `resp_${id}`,
      response: null,
      sibling_ids: [id],
      error: null,
    },
    ...more,
  } as Turn;
}

const ids = (turns: readonly { id: string }[] | undefined) => turns?.map((each) => each.id).join("");
const branch = (turns: Turn[], hasMore = false): Branch => ({ turns, hasMore });
const [a, b, c, d] = [turn("a", null), turn("b", "a"), turn("c", "b"), turn("d", "c")];

describe("mergeBranch", () => {
  it("begins with the newest page", () => {
    expect(mergeBranch(undefined, { data: [c, d], has_more: true })).toEqual(branch([c, d], true));
  });

  it("keeps the older turns that were read, and the turns that did not change", () => {
    const known = branch([a, b, c], false);
    const merged = mergeBranch(known, { data: [{ ...c }, d], has_more: true });
    expect(ids(merged.turns)).toBe("abcd");
    expect(merged.hasMore).toBe(false);
    expect(merged.turns[2]).toBe(c);
  });

  it("takes a turn that changed: its status, its siblings, a deleted reply", () => {
    const running = turn("c", "b", { status: "in_progress" });
    expect(mergeBranch(branch([b, running]), { data: [b, c], has_more: true }).turns[1]).toBe(c);
    const regenerated = { ...c, sibling_ids: ["c", "e"] };
    expect(mergeBranch(branch([b, c]), { data: [b, regenerated], has_more: true }).turns[1]).toBe(
      regenerated,
    );
  });

  it("leaves the part of the other branch", () => {
    const e = turn("e", "b");
    expect(ids(mergeBranch(branch([a, b, c, d]), { data: [e], has_more: true }).turns)).toBe("abe");
  });

  it("does not join what does not belong together", () => {
    const f = turn("f", "z");
    const merged = mergeBranch(branch([a, b]), { data: [f], has_more: true });
    expect(ids(merged.turns)).toBe("f");
    expect(merged.hasMore).toBe(true);
  });

  it("becomes empty with the chat", () => {
    expect(mergeBranch(branch([a]), { data: [], has_more: false })).toEqual(branch([]));
  });
});

describe("prependOlder", () => {
  it("puts a page above, unless another branch is there by now", () => {
    const known = branch([c, d], true);
    expect(ids(prependOlder(known, "c", { data: [a, b], has_more: false })?.turns)).toBe("abcd");
    expect(prependOlder(known, "x", { data: [a, b], has_more: false })).toBe(known);
  });
});

describe("withUnsent", () => {
  const unsent = (turnId: string, parentId: string | null) => ({ turnId, parentId });

  it("puts new messages at the end, one after the other", () => {
    const shown = withUnsent(branch([a, b]), [unsent("x", "b"), unsent("y", "x")]);
    expect(ids(shown.turns)).toBe("ab");
    expect(shown.unsent.map((each) => each.turnId)).toEqual(["x", "y"]);
  });

  it("puts another version in the place of the old one and what follows it", () => {
    expect(ids(withUnsent(branch([a, b, c]), [unsent("x", "a")]).turns)).toBe("a");
    expect(ids(withUnsent(branch([a, b, c]), [unsent("x", null)]).turns)).toBe("");
  });

  it("leaves out what has arrived", () => {
    const shown = withUnsent(branch([a, b]), [unsent("b", "a")]);
    expect(ids(shown.turns)).toBe("ab");
    expect(shown.unsent).toEqual([]);
  });

  it("shows what somebody wrote on a branch that is not on the page", () => {
    const shown = withUnsent(branch([a, b]), [unsent("x", "gone")]);
    expect(ids(shown.turns)).toBe("ab");
    expect(shown.unsent.length).toBe(1);
  });
});

describe("splitQueue", () => {
  const running = turn("b", "a", { status: "in_progress" });
  const queued = turn("c", "b", { status: "queued", response_id: null });
  const second = turn("d", "c", { status: "queued", response_id: null });

  it("takes apart what was asked and what waits", () => {
    const { asked, queued: waiting } = splitQueue([a, running, queued, second]);
    expect(ids(asked)).toBe("ab");
    expect(ids(waiting)).toBe("cd");
  });

  it("shows the first that waits as asked when nothing is being written before it", () => {
    expect(ids(splitQueue([a, { ...b, status: "cancelled" }, queued]).asked)).toBe("abc");
  });

  it("leaves out what was taken out of the queue", () => {
    const removed = { ...queued, status: "cancelled" as const };
    expect(ids(splitQueue([a, b, removed]).asked)).toBe("ab");
    expect(lastTurn([a, b, removed])?.id).toBe("b");
    expect(lastTurn([])).toBeUndefined();
  });
});
