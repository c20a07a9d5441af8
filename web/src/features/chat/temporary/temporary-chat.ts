/**
 * A chat that nothing keeps: the server stores nothing of it, and it leaves with the tab.
 *
 * Each message carries the whole history, and its reply comes on the same connection.
 */

import type { ChatSettings } from "@/features/chats";
import { deleteFile } from "@/features/files";
import { sessionHeaders } from "@/lib/api";
import { at } from "@/lib/base";
import { asApiError, errorOf } from "@/lib/errors/api-error";
import { create } from "@/lib/store";
import {
  answerOf,
  applyEvent,
  hasEnded,
  NO_STATE,
  type Reply,
  readEvents,
  readStreamEvent,
} from "@/lib/stream";
import { newId } from "../outbox/ids";
import { isOver, type Turn } from "../turns/branch";
import { fromInput, type InputItem, type MessageContent, toInput } from "../turns/input";

interface TemporaryState {
  turns: readonly Turn[];
  /** Said while a reply was being written. */
  waiting: readonly MessageContent[];
}

export class TemporaryChat {
  readonly state = create<TemporaryState>({ turns: [], waiting: [] });
  settings: Partial<ChatSettings> = {};
  #running: AbortController | null = null;

  send(content: MessageContent, mode: "queue" | "steer"): void {
    if (!this.#running) void this.#ask(toInput(content), this.state.get().turns);
    else {
      const wait = (now: TemporaryState) => ({
        ...now,
        waiting: mode === "steer" ? [content, ...now.waiting] : [...now.waiting, content],
      });
      this.state.set(wait);
      if (mode === "steer") this.stop();
    }
  }

  /** Asks again in the place of a turn; what followed it is gone, as nothing of this chat is kept. */
  again(turn: Turn, content: MessageContent | null = null, model?: string): void {
    this.stop();
    const { turns } = this.state.get();
    const above = turns.slice(
      0,
      Math.max(
        0,
        turns.findIndex((each) => each.id === turn.id),
      ),
    );
    void this.#ask(content ? toInput(content) : turn.input, above, model);
  }

  stop(): void {
    this.#running?.abort();
  }

  unqueue(content: MessageContent): void {
    this.state.set((now) => ({ ...now, waiting: now.waiting.filter((each) => each !== content) }));
  }

  /** Forgets everything, the files that were sent with it too. */
  end(): void {
    const { turns, waiting } = this.state.get();
    const said = [...turns.map((turn) => fromInput(turn.input)), ...waiting];
    // What cannot be removed now goes by itself within the hour.
    for (const { attachments } of said)
      for (const each of attachments)
        if (each.kind === "file" || each.kind === "picture")
          void deleteFile(each.fileId).catch(() => undefined);
    this.state.set({ turns: [], waiting: [] });
    this.stop();
  }

  async #ask(input: readonly InputItem[], above: readonly Turn[], model?: string): Promise<void> {
    const id = newId("turn");
    const turn: Turn = {
      ...{ id, object: "chat.turn", chat_id: "", parent_id: above.at(-1)?.id ?? null, group_id: null },
      ...{ created_at: Math.floor(Date.now() / 1000), status: "in_progress", input, response_id: null },
      ...{ response: null, sibling_ids: [id], versions: [[id]], can_continue: false, error: null },
      research: null,
    };
    this.state.set((now) => ({ ...now, turns: [...above, turn] }));
    const running = new AbortController();
    this.#running = running;
    const body = { ...this.#request(model), input: [...above.flatMap(history), ...input] };
    try {
      await read(body, running.signal, (reply) => this.#show(id, { response: reply, status: reply.status }));
      this.#show(id, {}, "failed");
    } catch (thrown) {
      if (running.signal.aborted) this.#show(id, {}, "cancelled");
      else {
        const { code, message } = asApiError(thrown);
        this.#show(id, { error: { code: code ?? "failed", message } }, "failed");
      }
    } finally {
      if (this.#running === running) {
        this.#running = null;
        this.#next();
      }
    }
  }

  #request(model?: string) {
    // The switches of tools are a chat's, and need what is kept of it.
    const { reasoning_effort, tools: _, ...rest } = this.settings;
    const given = Object.fromEntries(
      Object.entries(rest).filter(([, value]) => value !== null && value !== ""),
    );
    const effort = reasoning_effort ? { reasoning: { effort: reasoning_effort } } : {};
    return { model: "default", ...given, ...effort, ...(model ? { model } : {}), store: false, stream: true };
  }

  #next(): void {
    const [content, ...waiting] = this.state.get().waiting;
    if (!content) return;
    this.state.set((now) => ({ ...now, waiting }));
    this.send(content, "queue");
  }

  /** Puts what is new into a turn; with `ended`, a turn that still runs ends so. */
  #show(id: string, change: Partial<Turn>, ended?: "cancelled" | "failed"): void {
    this.state.set((now) => ({
      ...now,
      turns: now.turns.map((turn) => {
        if (turn.id !== id) return turn;
        const shown = { ...turn, ...change };
        if (!ended || isOver(shown)) return shown;
        const response = shown.response && { ...shown.response, status: ended };
        return { ...shown, status: ended, response };
      }),
    }));
  }
}

/** What the model is told of an earlier turn. */
function history(turn: Turn): InputItem[] {
  const text = answerOf(turn.response);
  const reply = { type: "message", role: "assistant", content: [{ type: "output_text", text }] };
  return [...turn.input, ...(text ? [reply] : [])];
}

async function read(body: object, signal: AbortSignal, show: (reply: Reply) => void): Promise<void> {
  const answer = await fetch(at("/v1/responses"), {
    method: "POST",
    credentials: "same-origin",
    headers: { ...sessionHeaders("POST"), "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  if (!answer.ok || !answer.body) throw errorOf(answer, await answer.json().catch(() => null));
  let folded = NO_STATE;
  let framed = false;
  const publish = () => {
    framed = false;
    if (folded.reply && !signal.aborted) show(folded.reply);
  };
  for await (const events of readEvents(answer.body)) {
    for (const { data } of events) {
      const event = readStreamEvent(data);
      if (event) folded = applyEvent(folded, event, performance.now());
    }
    if (hasEnded(folded.reply)) break;
    if (!framed) {
      framed = true;
      requestAnimationFrame(publish);
    }
  }
  if (folded.reply) show(folded.reply);
}

/** The one of this tab. */
export const temporaryChat = new TemporaryChat();
