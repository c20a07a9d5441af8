/**
 * What a person has sent and the server has not confirmed yet.
 *
 * Chats and turns have ids that are made here, so that sending something again, after a reload too, cannot make it
 * twice. Nothing leaves the outbox but by the server's word or the person's.
 */

import type { ChatSettings } from "@/features/chats";
import { type ApiError, asApiError } from "@/lib/errors/api-error";
import { create } from "@/lib/store";
import type { InputItem } from "../turns/input";

export interface TurnBody {
  id: string;
  parent_id: string | null;
  input?: readonly InputItem[];
  model?: string;
  settings?: Partial<ChatSettings>;
  /** What the response is asked that OpenAI's API has no word for. */
  earthshine?: Record<string, unknown>;
  group_id?: string;
  mode?: "queue" | "steer";
  continues?: string;
}

export interface ChatBody {
  id: string;
  settings: Partial<ChatSettings>;
  assistant_id?: string;
  space_id?: string;
}

export interface Outgoing {
  turnId: string;
  parentId: string | null;
  chatId: string;
  /** The chat, while the server does not have it. */
  chat: ChatBody | null;
  turn: TurnBody;
  at: number;
  /** Where its words and files are kept: with the rest; apart, as they are too large for it; or nowhere yet. */
  kept: "here" | "apart" | "not_yet";
  /** `waiting` is tried again by itself; `refused` waits for the person. */
  state: "sending" | "waiting" | "refused";
  error: ApiError | null;
}

/** What the outbox needs of its surroundings; tests bring their own. */
export interface OutboxEnvironment {
  createChat(body: ChatBody): Promise<void>;
  createTurn(chatId: string, body: TurnBody): Promise<void>;
  pause(milliseconds: number): Promise<void>;
  load(): string | null;
  save(text: string): void;
  loadLarge(turnId: string): Promise<readonly InputItem[] | undefined>;
  /** Whether it is kept now. */
  saveLarge(turnId: string, input: readonly InputItem[]): Promise<boolean>;
  dropLarge(turnId: string): Promise<void>;
}

/** Characters of a message above which it is kept apart; a device takes a few millions for all of them. */
const LARGE = 100_000;

const LONGEST_PAUSE_MS = 15_000;

export class Outbox {
  readonly #store = create<readonly Outgoing[]>([]);
  /** Chats of which something is being sent: one message after the other. */
  readonly #busy = new Set<string>();
  #wakers = new Set<() => void>();
  /** All messages that this tab has known; what other tabs keep beside them is theirs. */
  readonly #known = new Set<string>();

  constructor(private readonly environment: OutboxEnvironment) {}

  use = this.#store.use;
  get = this.#store.get;

  /** Takes up what an earlier page left unsent. */
  async start(): Promise<void> {
    const found = await Promise.all(this.#kept().map((each) => this.#whole(each)));
    const again = found
      .filter((each) => !this.#known.has(each.turnId) && (each.turn.input || each.kept !== "apart"))
      .map((each) => ({ ...each, state: "sending" as const, error: null }));
    this.#set((now) => [...now, ...again]);
    for (const chatId of new Set(again.map((each) => each.chatId))) void this.#sendAll(chatId);
  }

  /** Sends a turn, after creating its chat if it is the first. */
  add(chatId: string, turn: TurnBody, chat: ChatBody | null = null): void {
    const parentId = turn.parent_id;
    const large = JSON.stringify(turn.input ?? []).length > LARGE;
    const outgoing: Outgoing = {
      ...{ turnId: turn.id, parentId, chatId, chat, turn, at: Date.now() },
      ...{ kept: large ? "not_yet" : "here", state: "sending", error: null },
    };
    this.#set((now) => [...now, outgoing]);
    if (large) void this.#keepApart(turn);
    void this.#sendAll(chatId);
  }

  /** Tries again what waits or was refused. */
  retry(chatId?: string): void {
    const chats = new Set<string>();
    this.#set((now) =>
      now.map((each) => {
        if (chatId !== undefined && each.chatId !== chatId) return each;
        chats.add(each.chatId);
        return { ...each, state: "sending", error: null };
      }),
    );
    for (const wake of this.#wakers) wake();
    for (const each of chats) void this.#sendAll(each);
  }

  /** Takes a message back that has not arrived; those behind it then follow the one before it. */
  discard(turnId: string): Outgoing | undefined {
    const gone = this.get().find((each) => each.turnId === turnId);
    if (!gone) return undefined;
    this.#set((now) => {
      let chat = gone.chat;
      return now
        .filter((each) => each !== gone)
        .map((each) => {
          if (each.parentId !== turnId) return each;
          const turn = { ...each.turn, parent_id: gone.parentId };
          const moved = { ...each, parentId: gone.parentId, turn, chat: each.chat ?? chat };
          chat = null;
          return moved;
        });
    });
    void this.#sendAll(gone.chatId);
    return gone;
  }

  async #sendAll(chatId: string): Promise<void> {
    if (this.#busy.has(chatId)) return;
    this.#busy.add(chatId);
    let failures = 0;
    try {
      for (;;) {
        const next = this.get().find((each) => each.chatId === chatId);
        if (!next || next.state === "refused") return;
        try {
          await this.#sendOne(next);
          failures = 0;
        } catch (thrown) {
          const error = asApiError(thrown);
          const state = error.temporary ? "waiting" : "refused";
          this.#change(next.turnId, { state, error });
          if (!error.temporary) return;
          failures += 1;
          const patience = error.retryAfter !== null ? error.retryAfter * 1000 : 500 * 2 ** failures;
          await this.#pause(Math.min(LONGEST_PAUSE_MS, patience));
        }
      }
    } finally {
      this.#busy.delete(chatId);
    }
  }

  async #sendOne(next: Outgoing): Promise<void> {
    if (next.chat) {
      await this.environment.createChat(next.chat);
      this.#change(next.turnId, { chat: null });
    }
    // Taken back, or given another parent, while its chat was being made.
    const now = this.get().find((each) => each.turnId === next.turnId);
    if (!now) return;
    await this.environment.createTurn(now.chatId, now.turn);
    this.#set((all) => all.filter((each) => each.turnId !== now.turnId));
  }

  async #pause(milliseconds: number): Promise<void> {
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.#wakers.add(wake);
    await Promise.race([this.environment.pause(milliseconds), woken]);
    this.#wakers.delete(wake);
  }

  #change(turnId: string, change: Partial<Outgoing>): void {
    this.#set((now) => now.map((each) => (each.turnId === turnId ? { ...each, ...change } : each)));
  }

  #set(change: (now: readonly Outgoing[]) => readonly Outgoing[]): void {
    const before = this.get();
    this.#store.set(change);
    const now = new Set(this.get().map((each) => each.turnId));
    for (const each of now) this.#known.add(each);
    this.#save();
    for (const each of before)
      if (each.kept === "apart" && !now.has(each.turnId)) void this.environment.dropLarge(each.turnId);
  }

  async #keepApart({ id, input = [] }: TurnBody): Promise<void> {
    const kept = await this.environment.saveLarge(id, input);
    // Where nothing large is kept, a message of some size may still find room with the rest.
    this.#change(id, { kept: kept ? "apart" : "here" });
    if (!this.get().some((each) => each.turnId === id)) void this.environment.dropLarge(id);
  }

  #kept(): Outgoing[] {
    try {
      return JSON.parse(this.environment.load() ?? "[]") as Outgoing[];
    } catch {
      // What cannot be read cannot be sent.
      return [];
    }
  }

  async #whole(line: Outgoing): Promise<Outgoing> {
    if (line.kept !== "apart") return line;
    return { ...line, turn: { ...line.turn, input: await this.environment.loadLarge(line.turnId) } };
  }

  #save(): void {
    const others = this.#kept().filter((each) => !this.#known.has(each.turnId));
    // A line is written when its words are kept: one without words could never be sent.
    const mine = this.get()
      .filter((each) => each.kept !== "not_yet")
      .map(light);
    try {
      this.environment.save(JSON.stringify([...others, ...mine]));
    } catch {
      // The device keeps no more. The page still has it, and sends it.
    }
  }
}

function light(outgoing: Outgoing): Outgoing {
  return outgoing.kept === "apart" ? { ...outgoing, turn: { ...outgoing.turn, input: undefined } } : outgoing;
}
