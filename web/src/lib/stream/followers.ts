/** All responses that this page follows. They go on while people walk from page to page. */

import { sessionHeaders } from "@/lib/api";
import { BASE } from "@/lib/base";
import { Follower, type Transport } from "./follower";
import type { Reply } from "./reply";

/** A browser opens six connections to a server, for all its tabs; requests need some of them too. */
const MOST_CONNECTIONS = 3;
/** How long a tab that nobody sees keeps its connections from those that are seen. */
const HIDDEN_MS = 15_000;
/** Ended ones that are remembered. */
const REMEMBERED = 64;

export class Followers {
  #all = new Map<string, Follower>();
  #connected = new Set<Follower>();
  #waiting: { follower: Follower; go: () => void }[] = [];
  #suspended = false;

  constructor(private readonly transport: Transport) {}

  /** Follows a response, once however often it is asked for. */
  follow(id: string, seed: Reply | null = null): Follower {
    const known = this.#all.get(id);
    if (known) return known;
    const follower = new Follower(id, seed, this.transport, {
      acquire: (each) => this.#acquire(each),
      release: (each) => this.#release(each),
    });
    this.#all.set(id, follower);
    void follower.ended.then(() => this.#forgetSome());
    return follower;
  }

  find(id: string): Follower | undefined {
    return this.#all.get(id);
  }

  /** The network is back, or somebody looks again: nobody waits any longer. */
  resume(): void {
    this.#suspended = false;
    for (const follower of this.#all.values()) if (!isOver(follower)) follower.reconnect();
    this.#next();
  }

  /** Closes all connections until `resume`. */
  suspend(): void {
    this.#suspended = true;
    for (const follower of [...this.#connected]) follower.disconnect();
  }

  #acquire(follower: Follower): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ follower, go });
      this.#next();
      const idle = [...this.#connected].find((each) => each.readers === 0);
      // Asked again a moment later, when whoever wants to read has had the time to say so.
      if (idle && this.#connected.size >= MOST_CONNECTIONS)
        setTimeout(() => follower.readers > 0 && idle.readers === 0 && idle.disconnect(), 100);
    });
  }

  #release(follower: Follower): void {
    this.#connected.delete(follower);
    this.#next();
  }

  #next(): void {
    while (!this.#suspended && this.#connected.size < MOST_CONNECTIONS && this.#waiting.length > 0) {
      const read = this.#waiting.findIndex(({ follower }) => follower.readers > 0);
      const [next] = this.#waiting.splice(Math.max(0, read), 1);
      if (!next) return;
      this.#connected.add(next.follower);
      next.go();
    }
  }

  #forgetSome(): void {
    const over = [...this.#all.values()].filter((each) => isOver(each) && each.readers === 0);
    for (const each of over.slice(0, Math.max(0, over.length - REMEMBERED))) this.#all.delete(each.id);
  }
}

function isOver(follower: Follower): boolean {
  const { link } = follower.get();
  return link === "ended" || link === "gone";
}

const browserTransport: Transport = {
  open: (id, after, signal) =>
    fetch(
      `${BASE}/v1/responses/${encodeURIComponent(id)}?stream=true${after < 0 ? "" : `&starting_after=${after}`}`,
      {
        credentials: "same-origin",
        headers: { ...sessionHeaders("GET"), accept: "text/event-stream" },
        signal,
      },
    ),
  now: () => performance.now(),
  frame: (callback) => {
    // Nothing is drawn in a hidden tab, and its title and its words for screen readers still change.
    if (document.hidden) setTimeout(callback, 250);
    else requestAnimationFrame(callback);
  },
  pause: (milliseconds, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

export const followers = new Followers(browserTransport);

/** Listens to the network and to the tab's being seen; once, when the app starts to follow anything. */
function watch(): void {
  let hidden: ReturnType<typeof setTimeout> | undefined;
  let hiddenAt = 0;
  window.addEventListener("online", () => followers.resume());
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hidden);
    if (document.hidden) {
      hiddenAt = Date.now();
      hidden = setTimeout(() => followers.suspend(), HIDDEN_MS);
    } else if (Date.now() - hiddenAt > HIDDEN_MS / 2) followers.resume();
  });
}

if (typeof window !== "undefined") watch();
