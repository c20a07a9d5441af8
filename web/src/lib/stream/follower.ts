/**
 * Follows a response to its end: whatever happens to the network, the server or the laptop in between.
 *
 * Each connection begins after the last event that arrived, so nothing is missing and nothing comes twice.
 */
import {
  applyEvent,
  hasEnded,
  lengthOf,
  NO_STATE,
  type Reply,
  type ReplyState,
  readStreamEvent,
  type Thinking,
} from "./reply";
import { readEvents } from "./sse";

/** How a response is being read: `away` says that the connection is lost and is being sought again. */
export type ConnectionState = "connecting" | "live" | "away" | "ended" | "gone";

export interface Followed {
  reply: Reply | null;
  thinking: Thinking | null;
  link: ConnectionState;
}

/** What a follower needs of its surroundings; tests bring their own. */
export interface Transport {
  /** Opens the events of a response after a number. Rejects when the server cannot be reached. */
  open(id: string, after: number, signal: AbortSignal): Promise<Response>;
  now(): number;
  /** Calls back before the next picture is drawn. */
  frame(callback: () => void): void;
  /** Waits; ends early when the signal is aborted. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Silence after which a connection is taken for dead; the server, asked again, has nothing to repeat. */
const SILENCE_MS = 45_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;
/** What arrives sooner after a connection began may have happened before it. */
const CATCHING_UP_MS = 300;
/** Work on events that came at once, before the page gets a turn. */
const SLICE_MS = 8;

class LostConnection extends Error {}

export class Follower {
  #state: ReplyState = NO_STATE;
  #link: ConnectionState = "connecting";
  #shown: Followed;
  #listeners = new Set<() => void>();
  #framed = false;
  #wake = new AbortController();
  #connection: AbortController | null = null;
  #fresh: boolean;
  /** Settles when the response has ended or does not exist. */
  readonly ended: Promise<Followed>;

  /**
   * @param seed the response as it is known, shown until the events have told as much
   * @param slots one is acquired before each connection and released after it
   */
  constructor(
    readonly id: string,
    readonly seed: Reply | null,
    private readonly transport: Transport,
    private readonly slots: { acquire(follower: Follower): Promise<void>; release(follower: Follower): void },
  ) {
    this.#fresh = lengthOf(seed) === 0;
    this.#shown = { reply: seed, thinking: null, link: "connecting" };
    this.ended = this.#run();
  }

  get = (): Followed => this.#shown;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** How many are looking. */
  get readers(): number {
    return this.#listeners.size;
  }

  /** The number of the last event that arrived. */
  get last(): number {
    return this.#state.last;
  }

  /** Connects anew at once: the network or the person came back. */
  reconnect(): void {
    this.#wake.abort();
    this.#connection?.abort();
  }

  /** Lets go of the connection, to take it up again when it is this one's turn. */
  disconnect(): void {
    this.#connection?.abort();
  }

  async #run(): Promise<Followed> {
    let failures = 0;
    while (this.#link !== "ended" && this.#link !== "gone") {
      await this.slots.acquire(this);
      const before = this.#state.last;
      try {
        await this.#connect();
      } catch {
        if (this.#link === "live" || failures > 0) this.#say("away");
      } finally {
        this.slots.release(this);
      }
      if (hasEnded(this.#state.reply)) this.#say("ended");
      if ((this.#link as ConnectionState) === "ended" || (this.#link as ConnectionState) === "gone") break;
      failures = this.#state.last > before ? 1 : failures + 1;
      this.#wake = new AbortController();
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
      await this.transport.pause(longest * (0.75 + Math.random() / 4), this.#wake.signal);
    }
    this.#show();
    return this.#shown;
  }

  async #connect(): Promise<void> {
    const connection = new AbortController();
    this.#connection = connection;
    let watch = setTimeout(() => connection.abort(), SILENCE_MS);
    try {
      const reply = await this.transport.open(this.id, this.#state.last, connection.signal);
      if (reply.status === 404) return this.#say("gone");
      if (!reply.ok || !reply.body) throw new LostConnection(String(reply.status));
      this.#say("live");
      const began = this.transport.now();
      const catchingUp = !(this.#fresh && this.#state.last < 0);
      for await (const events of readEvents(reply.body)) {
        clearTimeout(watch);
        watch = setTimeout(() => connection.abort(), SILENCE_MS);
        const now = this.transport.now();
        await this.#take(events, catchingUp && now - began < CATCHING_UP_MS ? null : now);
        if (hasEnded(this.#state.reply)) return;
      }
      throw new LostConnection("the stream stopped before its end");
    } finally {
      clearTimeout(watch);
      connection.abort();
      this.#connection = null;
    }
  }

  async #take(events: readonly { data: string }[], now: number | null): Promise<void> {
    let slice = this.transport.now();
    for (const { data } of events) {
      const event = readStreamEvent(data);
      if (!event) continue;
      if (event.sequence_number > this.#state.last + 1) throw new LostConnection("events are missing");
      this.#state = applyEvent(this.#state, event, now);
      if (this.transport.now() - slice > SLICE_MS) {
        this.#publish();
        await new Promise((resolve) => setTimeout(resolve));
        slice = this.transport.now();
      }
    }
    this.#publish();
  }

  #say(link: ConnectionState): void {
    if (link === this.#link) return;
    this.#link = link;
    this.#publish();
  }

  #publish(): void {
    if (this.#framed) return;
    this.#framed = true;
    this.transport.frame(() => {
      this.#framed = false;
      this.#show();
    });
  }

  #show(): void {
    const { reply, thinking } = this.#state;
    // The events are told again from the beginning: until they have caught up, what was known stays.
    const behind = !hasEnded(reply) && lengthOf(reply) < lengthOf(this.seed);
    const shown = { reply: behind ? this.seed : (reply ?? this.seed), thinking, link: this.#link };
    if (
      shown.reply === this.#shown.reply &&
      shown.link === this.#shown.link &&
      shown.thinking === this.#shown.thinking
    )
      return;
    this.#shown = shown;
    for (const listener of [...this.#listeners]) listener();
  }
}
