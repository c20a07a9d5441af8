import { expect, test } from "vitest";
import { change, changed } from "./changes";

function held(): { promise: Promise<void>; release: () => void } {
  let release: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}

test("changes of a chat are sent one after the other, and others wait for all of them", async () => {
  const order: string[] = [];
  const first = held();
  const all = [
    change("chat_a", () => first.promise.then(() => order.push("first"))),
    change("chat_a", async () => order.push("second")),
    changed("chat_a").then(() => order.push("message")),
  ];
  await change("chat_b", async () => order.push("another chat"));
  expect(order).toEqual(["another chat"]);
  first.release();
  await Promise.all(all);
  expect(order).toEqual(["another chat", "first", "second", "message"]);
});

test("a change that is refused holds nothing up", async () => {
  const refused = change("chat_a", async () => {
    throw new Error("no");
  });
  const next = change("chat_a", async () => "stored");
  await expect(refused).rejects.toThrow("no");
  await expect(next).resolves.toBe("stored");
  await expect(changed("chat_a")).resolves.toBeUndefined();
});
