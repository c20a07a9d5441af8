import { act, useEffect } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type ServerDraft, writeDraft } from "./drafts";
import { type Draft, useDraft } from "./use-draft";

vi.mock("@/features/session", () => ({ useMe: () => ({ user: { id: "user_me" } }) }));
vi.mock("@/features/settings", () => ({ usePreferencesState: () => null }));

const save = vi.fn((_text: string) => Promise.resolve<number | null>(100));
let draft: Draft;
let root: Root;

function Place({ server }: { server: ServerDraft | null }) {
  const now = useDraft("new", server, save);
  useEffect(() => {
    draft = now;
  });
  return null;
}

const show = (server: ServerDraft | null) => act(() => root.render(<Place server={server} />));

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  localStorage.clear();
  save.mockClear();
  root = createRoot(document.createElement("div"));
});

afterEach(() => vi.unstubAllGlobals());

it("stores an emptied draft also when the page goes before the server has told its own", async () => {
  writeDraft("user_me", "new", { text: "to be cleared", at: 1000, saved: true });
  await show(null);
  expect(draft.text).toBe("to be cleared");
  await act(() => draft.set(""));
  await act(() => root.unmount());
  expect(save.mock.calls).toEqual([[""]]);
});

it("clears the server's draft when it is told after the text was emptied here", async () => {
  writeDraft("user_me", "new", { text: "", at: Date.now(), saved: false });
  await show(null);
  await show({ text: "came back", updatedAt: 1 });
  expect(draft.text).toBe("");
  await act(() => root.unmount());
  expect(save.mock.calls).toEqual([[""]]);
});

it("stores nothing where nobody wrote, so that another device's draft stays", async () => {
  await show(null);
  await act(() => root.unmount());
  expect(save).not.toHaveBeenCalled();
});

it("stores what is written while a save is under way after it, so that a sent draft does not come back", async () => {
  let answer: (at: number) => void = () => undefined;
  save.mockImplementationOnce(() => new Promise<number>((resolve) => (answer = resolve)));
  await show({ text: "", updatedAt: 1 });
  await act(() => draft.set("to be sent"));
  await act(() => window.dispatchEvent(new Event("pagehide")));
  await act(() => draft.set(""));
  await act(() => root.unmount());
  expect(save.mock.calls).toEqual([["to be sent"]]);
  await act(() => answer(100));
  expect(save.mock.calls).toEqual([["to be sent"], [""]]);
});
