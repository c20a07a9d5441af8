/** What is changed of a chat reaches the server one after the other, and before what is said after it. */

/** By chat: the last change, until the server has it. */
const last = new Map<string, Promise<unknown>>();

/** Waits until the server has what was changed of a chat, or has refused it. */
export function changed(chatId: string): Promise<void> {
  const pending = last.get(chatId) ?? Promise.resolve();
  return pending.then(
    () => undefined,
    () => undefined,
  );
}

/** Changes a chat when the server has what was changed before. */
export async function change<T>(chatId: string, send: () => Promise<T>): Promise<T> {
  const sent = changed(chatId).then(send);
  last.set(chatId, sent);
  try {
    return await sent;
  } finally {
    if (last.get(chatId) === sent) last.delete(chatId);
  }
}
