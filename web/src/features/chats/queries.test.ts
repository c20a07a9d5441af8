import { QueryObserver } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";
import { queryClient } from "@/lib/query-client";
import { type Chat, type ChatPage, mergeNewest, place, refreshChats } from "./queries";

const chat = (id: string, updated_at: number, over: Partial<Chat> = {}) =>
  ({ id, updated_at, pinned: false, archived: false, space_id: null, ...over }) as Chat;
const page = (data: Chat[], has_more: boolean): ChatPage => ({ data, has_more }) as ChatPage;
const pages = (...all: ChatPage[]) => ({ pages: all, pageParams: all.map(() => null) });
const ids = (known: { pages: ChatPage[] } | undefined) =>
  known?.pages.flatMap((each) => each.data.map((one) => one.id)).join(" ");

describe("mergeNewest", () => {
  const known = pages(page([chat("d", 40), chat("c", 30)], true), page([chat("b", 20), chat("a", 10)], true));

  it("puts new chats on top, keeps older pages, and lists nothing twice", () => {
    const merged = mergeNewest(known, page([chat("e", 50), chat("a", 45), chat("d", 40)], true));
    expect(ids(merged)).toBe("e a d c b");
    expect(merged?.pages.at(-1)?.has_more).toBe(true);
  });

  it("drops what was deleted among the newest", () => {
    expect(ids(mergeNewest(known, page([chat("c", 30), chat("b", 20)], true)))).toBe("c b a");
  });

  it("knows that the first page is all there is", () => {
    expect(ids(mergeNewest(known, page([chat("c", 30)], false)))).toBe("c");
    expect(mergeNewest(undefined, page([], false))).toBeUndefined();
  });
});

describe("place", () => {
  const filter = { archived: false, pinned: false };
  const known = pages(page([chat("c", 30), chat("b", 20)], true), page([chat("a", 10)], false));

  it("moves a chat to where its time says", () => {
    expect(ids(place(known, chat("a", 40), filter))).toBe("a c b");
    expect(ids(place(known, chat("n", 15), filter))).toBe("c b n a");
    expect(ids(place(known, chat("o", 5), filter))).toBe("c b a o");
  });

  it("leaves one that is older than what was read to its page", () => {
    expect(ids(place(pages(page([chat("c", 30)], true)), chat("o", 5), filter))).toBe("c");
  });

  it("takes out what does not belong any more", () => {
    expect(ids(place(known, chat("b", 20, { pinned: true }), filter))).toBe("c a");
    expect(ids(place(known, chat("b", 20, { archived: true }), filter))).toBe("c a");
    expect(ids(place(known, chat("b", 20, { space_id: "s" }), { ...filter, space_id: "t" }))).toBe("c a");
  });
});

describe("refreshChats", () => {
  const key = ["chats", { archived: false }];
  const running = () =>
    queryClient
      .getQueryData<{ pages: ChatPage[] }>(key)
      ?.pages.flatMap((each) => each.data)
      .map((each) => `${each.id} ${each.running}`);
  let leave = () => {};

  function show(known: { pages: ChatPage[] }): void {
    queryClient.setQueryData(key, known);
    const list = new QueryObserver(queryClient, { queryKey: key, staleTime: Number.POSITIVE_INFINITY });
    leave = list.subscribe(() => {});
  }

  afterEach(() => {
    leave();
    queryClient.clear();
  });

  it("shows what was asked last, whichever answer comes last", async () => {
    const answers: ((page: ChatPage) => void)[] = [];
    const reply = (resolve: (reply: Response) => void) =>
      answers.push((page) => resolve(Response.json(page)));
    vi.stubGlobal("fetch", () => new Promise(reply));
    show(pages(page([chat("a", 10, { running: true })], false)));
    const reads = [refreshChats(), refreshChats()];
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    answers[1]?.(page([chat("a", 10, { running: false })], false));
    await reads[1];
    answers[0]?.(page([chat("a", 10, { running: true })], false));
    await reads[0];
    expect(running()).toEqual(["a false"]);
  });

  it("asks for what runs below the first page, and drops it if it is gone", async () => {
    const first = page([chat("c", 30, { running: false })], true);
    vi.stubGlobal("fetch", async (request: Request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/earthshine/v1/chats") return Response.json(first);
      if (pathname === "/earthshine/v1/chats/b") return Response.json(chat("b", 20, { running: false }));
      return Response.json({ error: { message: "It is gone." } }, { status: 404 });
    });
    const below = [chat("b", 20, { running: true }), chat("a", 10, { running: true })];
    show(pages(first, page(below, false)));
    await refreshChats();
    expect(running()).toEqual(["c false", "b false"]);
  });
});
