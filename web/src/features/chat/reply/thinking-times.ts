/** How long models thought, as this device saw it: the server does not keep it. Only numbers are kept. */
import type { Thinking } from "@/lib/stream";

const KEY = "earthshine.thinking";
const KEPT = 200;

type Times = [responseId: string, seconds: number][];

function read(): Times {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]") as Times;
  } catch {
    return [];
  }
}

/** Seconds of thinking that this page saw from its beginning to its end; null otherwise. */
export function secondsOf(thinking: Thinking | null): number | null {
  if (!thinking || thinking.from === null || thinking.to === null) return null;
  return (thinking.to - thinking.from) / 1000;
}

export function keepThinkingTime(responseId: string, thinking: Thinking | null): void {
  const seconds = secondsOf(thinking);
  if (seconds === null) return;
  const others = read().filter(([id]) => id !== responseId);
  try {
    localStorage.setItem(KEY, JSON.stringify([...others.slice(1 - KEPT), [responseId, seconds]]));
  } catch {
    // A device without room shows the reply without the time.
  }
}

export function keptThinkingTime(responseId: string): number | null {
  return read().find(([id]) => id === responseId)?.[1] ?? null;
}
