import { afterEach, describe, expect, it, vi } from "vitest";
import { type Followed, Follower, type Transport } from "./follower";
import { Followers } from "./followers";
import { frames, journal } from "./journal.test-helper";
import { random } from "./random.test-helper";
import { answerOf, applyEvent, lengthOf, NO_STATE, type StreamEvent, thoughtsOf } from "./reply";

const THOUGHTS = Array.from({ length: 20 }, (_, place) => `t${place} `);
const WORDS = Array.from({ length: 60 }, (_, place) => `كلمة${place} 🌒 `);
const events = journal(THOUGHTS, WORDS);
const free = { acquire: async () => {}, release: () => {} };

interface Fake extends Transport {
  asked: number[];
  pauses: number;
}

/** A server whose answers are given one after the other; the last one is repeated. */
function serverWith(...answers: ((after: number, signal: AbortSignal) => Response)[]): Fake {
  const fake: Fake = {
    asked: [],
    pauses: 0,
    async open(_id, after, signal) {
      const answer = answers[Math.min(fake.asked.length, answers.length - 1)];
      fake.asked.push(after);
      if (!answer) throw new TypeError("no network");
      return answer(after, signal);
    },
    now: () => performance.now(),
    frame: (callback) => queueMicrotask(callback),
    pause: async () => {
      fake.pauses += 1;
    },
  };
  return fake;
}

const encoder = new TextEncoder();

/** The events above a number in chunks of a few bytes; cut off after so many of these, if at all. */
function streamed(
  after: number,
  size = 1000,
  most = Number.POSITIVE_INFINITY,
  from: StreamEvent[] = events,
): Response {
  const bytes = encoder.encode(`${frames(from.slice(after + 1))}data: [DONE]\n\n`);
  let at = 0;
  let count = 0;
  return new Response(
    new ReadableStream<Uint8Array>({
      pull(controller) {
        if (count++ >= most) return controller.error(new TypeError("cut"));
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + size));
        at += size;
      },
    }),
  );
}

function fails(): Response {
  throw new TypeError("no network");
}

const final = events.at(-1)?.response;

afterEach(() => vi.useRealTimers());

describe("Follower", () => {
  it("reads a reply to its end, once", async () => {
    const server = serverWith((after) => streamed(after));
    const follower = new Follower("resp_1", null, server, free);
    const end = await follower.ended;
    expect(end.link).toBe("ended");
    expect(end.reply).toEqual(final);
    expect(server.asked).toEqual([-1]);
  });

  it("comes to the stored text through any cuts, restarts and refusals", async () => {
    for (let seed = 1; seed <= 15; seed++) {
      const next = random(seed);
      const answer = (after: number) => {
        const luck = next();
        if (luck < 0.15) return fails();
        if (luck < 0.25) return new Response("busy", { status: 503 });
        if (luck < 0.3) return new Response("sign in", { status: 401 });
        // A server that stopped closes the stream as if it were over.
        if (luck < 0.4) return new Response(frames(events.slice(after + 1, after + 5)));
        return streamed(after, 1 + Math.floor(next() * 900), Math.floor(next() * 30));
      };
      const server = serverWith(answer);
      const follower = new Follower("resp_1", null, server, free);
      let longest = 0;
      follower.subscribe(() => {
        const shown = follower.get().reply;
        // What is shown is always a beginning of the stored text, and never becomes shorter.
        expect(WORDS.join("").startsWith(answerOf(shown))).toBe(true);
        expect(THOUGHTS.join("").startsWith(thoughtsOf(shown))).toBe(true);
        expect(lengthOf(shown)).toBeGreaterThanOrEqual(longest);
        longest = lengthOf(shown);
      });
      const end = await follower.ended;
      expect(end.reply).toEqual(final);
      for (let place = 1; place < server.asked.length; place++)
        expect(server.asked[place]).toBeGreaterThanOrEqual(server.asked[place - 1] ?? -1);
    }
  });

  it("ends with a 404, and keeps what was read", async () => {
    const server = serverWith(
      (after) => streamed(after, 2500, 1),
      () => new Response("{}", { status: 404 }),
    );
    const end = await new Follower("resp_1", null, server, free).ended;
    expect(end.link).toBe("gone");
    expect(answerOf(end.reply) + thoughtsOf(end.reply)).not.toBe("");
  });

  it("connects anew when events are missing", async () => {
    const server = serverWith(
      () => streamed(-1, 1000, 99, [...events.slice(0, 9), ...events.slice(12)]),
      (after) => streamed(after),
    );
    const end = await new Follower("resp_1", null, server, free).ended;
    expect(server.asked).toEqual([-1, 8]);
    expect(end.reply).toEqual(final);
  });

  it("shows what was known until the events have told as much", async () => {
    // As a turn tells of a reply that is still being written: all but its last words.
    const known = events.slice(0, -12).reduce((state, each) => applyEvent(state, each, null), NO_STATE).reply;
    const shown: Followed[] = [];
    const follower = new Follower(
      "resp_1",
      known,
      serverWith((after) => streamed(after, 100)),
      free,
    );
    follower.subscribe(() => shown.push(follower.get()));
    await follower.ended;
    expect(shown.length).toBeGreaterThan(1);
    for (const each of shown) expect(lengthOf(each.reply)).toBeGreaterThanOrEqual(lengthOf(known));
  });

  it("says that it is away while nobody answers, and waits longer each time", async () => {
    const waits: number[] = [];
    let tries = 0;
    const links: string[] = [];
    const server = serverWith((after) => (tries++ < 8 ? fails() : streamed(after)));
    server.pause = async (milliseconds) => {
      waits.push(milliseconds);
    };
    const follower = new Follower("resp_1", null, server, free);
    follower.subscribe(() => links.push(follower.get().link));
    await follower.ended;
    expect(links).toContain("away");
    expect(links.at(-1)).toBe("ended");
    expect(waits[5]).toBeGreaterThan(waits[0] ?? 0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(8000);
  });

  it("takes silence for a lost connection", async () => {
    vi.useFakeTimers();
    const silent = (_after: number, signal: AbortSignal) =>
      new Response(
        new ReadableStream({
          start: (controller) =>
            signal.addEventListener("abort", () => controller.error(new Error("aborted"))),
        }),
      );
    const server = serverWith(silent, (after) => streamed(after));
    const follower = new Follower("resp_1", null, server, free);
    await vi.advanceTimersByTimeAsync(46_000);
    expect((await follower.ended).reply).toEqual(final);
  });

  it("publishes once for each picture, however many events came", async () => {
    const callbacks: (() => void)[] = [];
    const server = serverWith((after) => streamed(after, 200));
    server.frame = (callback) => void callbacks.push(callback);
    const follower = new Follower("resp_1", null, server, free);
    let published = 0;
    follower.subscribe(() => {
      published += 1;
    });
    await follower.ended;
    expect(callbacks.length).toBe(1);
    expect(published).toBe(1);
  });

  it("wakes from a pause", async () => {
    let go = false;
    const server = serverWith((after) => (go ? streamed(after) : fails()));
    server.pause = (_time, signal) =>
      new Promise((resolve) =>
        signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve()),
      );
    const follower = new Follower("resp_1", null, server, free);
    await vi.waitFor(() => expect(server.asked.length).toBe(1));
    go = true;
    await new Promise((resolve) => setTimeout(resolve, 5));
    follower.reconnect();
    expect((await follower.ended).link).toBe("ended");
  });
});

describe("Followers", () => {
  /** A reply that never ends. */
  const endless = (_after: number, signal: AbortSignal) =>
    new Response(
      new ReadableStream({
        start: (controller) => signal.addEventListener("abort", () => controller.error(new Error("aborted"))),
      }),
    );

  it("follows a response once, for any number of readers", async () => {
    const server = serverWith((after) => streamed(after));
    const all = new Followers(server);
    expect(all.follow("resp_1")).toBe(all.follow("resp_1"));
    await all.follow("resp_1").ended;
    expect(server.asked).toEqual([-1]);
  });

  it("leaves connections for requests, and gives them to what is read", async () => {
    const open: string[] = [];
    const server = serverWith(endless);
    const answer = server.open;
    server.open = async (id, after, signal) => {
      open.push(id);
      signal.addEventListener("abort", () => open.splice(open.indexOf(id), 1));
      return answer(id, after, signal);
    };
    server.pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds / 10));
    const all = new Followers(server);
    for (const id of ["a", "b", "c", "d"]) all.follow(id);
    await vi.waitFor(() => expect(open).toEqual(["a", "b", "c"]));
    const stop = all.follow("e").subscribe(() => {});
    await vi.waitFor(() => expect(open).toContain("e"));
    expect(open.length).toBeLessThanOrEqual(3);
    stop();
  });

  it("rests while nobody looks, and goes on after", async () => {
    const server = serverWith(endless, (after) => streamed(after));
    const all = new Followers(server);
    const follower = all.follow("resp_1");
    await vi.waitFor(() => expect(server.asked.length).toBe(1));
    all.suspend();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(server.asked.length).toBe(1);
    all.resume();
    expect((await follower.ended).reply).toEqual(final);
  });
});
