/**
 * Follows a task as long as somebody looks: whatever happens to the network, the server or the laptop in between.
 *
 * The stream is opened first and what is stored is read after it, so that nothing falls between the two; what is told
 * twice changes nothing.
 */
import { asApiError } from "@/lib/errors/api-error";
import { readEvents } from "@/lib/stream";
import type { getItems, getSession, getTurns, openEvents } from "./requests";
import { applyEvent, NOTHING, type TaskState, withItems } from "./state";
import type { SessionEvent } from "./types";

export type Link = "connecting" | "live" | "away" | "gone";

export interface Followed extends TaskState {
  link: Link;
  /** What the server says instead of the task. */
  error: unknown;
}

/** What a feed needs of its surroundings; tests bring their own. */
export interface Source {
  open: typeof openEvents;
  session: typeof getSession;
  items: typeof getItems;
  turns: typeof getTurns;
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const SILENCE_MS = 45_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;

export class TaskFeed {
  #shown: Followed = { ...NOTHING, link: "connecting", error: null };
  #listeners = new Set<() => void>();
  #stop = new AbortController();
  #framed = false;

  constructor(
    readonly id: string,
    private readonly source: Source,
    private readonly frame: (callback: () => void) => void,
  ) {}

  get = (): Followed => this.#shown;

  /** Follows while there is somebody who listens. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) void this.#run();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop.abort();
    };
  };

  async #run(): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    let failures = 0;
    while (!stop.signal.aborted && this.#shown.link !== "gone") {
      try {
        await this.#connect(stop.signal, () => {
          failures = 0;
        });
      } catch (thrown) {
        if (stop.signal.aborted) return;
        const error = asApiError(thrown);
        if (error.status === 404) return this.#show({ link: "gone" });
        if (!error.temporary) return this.#show({ error });
      }
      failures += 1;
      if (failures > 1 || this.#shown.session) this.#show({ link: "away" });
      await this.source.pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures), stop.signal);
    }
  }

  async #connect(stopped: AbortSignal, connected: () => void): Promise<void> {
    const connection = new AbortController();
    const signal = AbortSignal.any([stopped, connection.signal]);
    let watch = setTimeout(() => connection.abort(), SILENCE_MS);
    try {
      const reply = await this.source.open(this.id, signal);
      const [session, items, turns] = await Promise.all([
        this.source.session(this.id, signal),
        this.source.items(this.id, signal),
        this.source.turns(this.id, signal),
      ]);
      connected();
      const known = Object.fromEntries(turns.map((turn) => [turn.id, turn]));
      this.#show({ ...withItems(this.#shown, items), session, turns: known, link: "live", error: null });
      if (!reply.body) return;
      for await (const events of readEvents(watched(reply.body, () => (watch = again(watch, connection))))) {
        let state: TaskState = this.#shown;
        for (const { data } of events) state = applyEvent(state, JSON.parse(data) as SessionEvent);
        this.#show(state);
      }
    } finally {
      clearTimeout(watch);
      connection.abort();
    }
  }

  #show(part: Partial<Followed>): void {
    this.#shown = { ...this.#shown, ...part };
    if (this.#framed) return;
    this.#framed = true;
    this.frame(() => {
      this.#framed = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

function again(watch: ReturnType<typeof setTimeout>, connection: AbortController) {
  clearTimeout(watch);
  return setTimeout(() => connection.abort(), SILENCE_MS);
}

/** The same bytes, and word of each piece: comments, which are no events, also say that somebody is there. */
function watched(body: ReadableStream<Uint8Array>, heard: () => void): ReadableStream<Uint8Array> {
  const listen = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      heard();
      controller.enqueue(bytes);
    },
  });
  return body.pipeThrough(listen);
}
