import { api, data } from "@/lib/api";

const PAGE = 100;
const AT_ONCE = 4;

/** How the API's routes name one chat. */
const chat = (id: string) => ({ params: { path: { chat_id: id } } });

/** All chats of the person, of the archive or outside of it. */
async function idsOf(archived: boolean, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const page = await data(
      api.GET("/earthshine/v1/chats", {
        params: { query: { limit: PAGE, archived, after: ids.at(-1) } },
        signal,
      }),
    );
    ids.push(...page.data.map((chat) => chat.id));
    if (!page.has_more || page.data.length === 0) return ids;
  }
}

/** Does something with every chat, a few at once; `onProgress` hears how many of how many are done. Stops by `signal`. */
async function each(
  ids: readonly string[],
  work: (id: string) => Promise<unknown>,
  onProgress: (done: number, all: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const left = [...ids];
  let done = 0;
  onProgress(0, ids.length);
  const worker = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      signal.throwIfAborted();
      await work(id);
      done += 1;
      onProgress(done, ids.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

type Progress = (done: number, all: number) => void;

export async function archiveEveryChat(onProgress: Progress, signal: AbortSignal): Promise<void> {
  const ids = await idsOf(false, signal);
  await each(
    ids,
    (id) => data(api.POST("/earthshine/v1/chats/{chat_id}", { ...chat(id), body: { archived: true } })),
    onProgress,
    signal,
  );
}

/** Archived ones too. */
export async function deleteEveryChat(onProgress: Progress, signal: AbortSignal): Promise<void> {
  const ids = [...(await idsOf(false, signal)), ...(await idsOf(true, signal))];
  await each(ids, (id) => data(api.DELETE("/earthshine/v1/chats/{chat_id}", chat(id))), onProgress, signal);
}
