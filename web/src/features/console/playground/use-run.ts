import { useCallback, useEffect, useRef, useState } from "react";
import { type ApiError, asApiError } from "@/lib/errors/api-error";
import { send } from "@/lib/request";
import { applyEvent, NO_STATE, type ReplyState, readEvents, readStreamEvent } from "@/lib/stream";
import type { ShownEvent } from "../components/code/EventList";
import type { Body } from "./draft";

export interface Run {
  /** What was sent, to the letter. */
  body: Body;
  state: "running" | "ended" | "stopped" | "failed";
  folded: ReplyState;
  events: readonly ShownEvent[];
  error: ApiError | null;
  /** Seconds from the click to the first word, and to the end. */
  first: number | null;
  whole: number | null;
}

const WORDS = new Set([
  "response.output_text.delta",
  "response.reasoning_text.delta",
  "response.reasoning_summary_text.delta",
  "response.function_call_arguments.delta",
]);

/** Runs one request at a time, and shows it while it comes. */
export function useRun() {
  const [run, setRun] = useState<Run | null>(null);
  const stopper = useRef<AbortController | null>(null);
  useEffect(() => () => stopper.current?.abort(), []);

  const start = useCallback(async (fields: Body) => {
    stopper.current?.abort();
    const stop = new AbortController();
    stopper.current = stop;
    const body = { ...fields, stream: true };
    const began = performance.now();
    const since = () => (performance.now() - began) / 1000;
    let now: Run = {
      body,
      state: "running",
      folded: NO_STATE,
      events: [],
      error: null,
      first: null,
      whole: null,
    };
    const show = (change: Partial<Run>) => {
      now = { ...now, ...change };
      if (stopper.current === stop) setRun(now);
    };
    show({});
    try {
      const reply = await send("POST", "/v1/responses", { body, signal: stop.signal });
      if (!reply.body) return;
      for await (const batch of readEvents(reply.body)) {
        let { folded, first } = now;
        const fresh: ShownEvent[] = [];
        for (const { data } of batch) {
          const event = readStreamEvent(data);
          if (!event) continue;
          folded = applyEvent(folded, event, Date.now());
          if (first === null && WORDS.has(event.type)) first = since();
          fresh.push({
            number: event.sequence_number,
            type: event.type,
            note: `+${(since() * 1000).toFixed(0)} ms`,
            event,
          });
        }
        show({ folded, first, events: [...now.events, ...fresh] });
      }
      show({ state: "ended", whole: since() });
    } catch (thrown) {
      if (stop.signal.aborted) show({ state: "stopped", whole: since() });
      else show({ state: "failed", error: asApiError(thrown), whole: since() });
    }
  }, []);

  const stop = useCallback(() => stopper.current?.abort(), []);
  return { run, start, stop };
}
