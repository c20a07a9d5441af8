import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { CodeBlock } from "./CodeBlock";

export interface ShownEvent {
  number: number;
  type: string;
  /** When it was, in words. */
  note: string | null;
  event: unknown;
}

const ROW = 36;
const BEYOND = 10;

/** Events by number; only those in sight are on the page. A click shows an event's JSON below. */
export function EventList({ label, events }: { label: string; events: readonly ShownEvent[] }) {
  const { t } = useTranslation("console");
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  const [chosen, setChosen] = useState<number | null>(null);
  useEffect(() => {
    if (box.current) setHeight(box.current.clientHeight);
  }, []);
  const first = Math.max(0, Math.floor(top / ROW) - BEYOND);
  const last = Math.min(events.length, Math.ceil((top + height) / ROW) + BEYOND);
  const shown = events.find((event) => event.number === chosen);
  if (events.length === 0) return <p className="py-4 text-ink-faint">{t("events_none")}</p>;
  return (
    <div className="flex flex-col gap-3">
      <div
        ref={box}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
        className="max-h-96 overflow-auto rounded-xl border border-line bg-surface"
      >
        <ol aria-label={label} className="relative" style={{ height: events.length * ROW }}>
          {events.slice(first, last).map((event, index) => (
            <li
              key={event.number}
              aria-posinset={first + index + 1}
              aria-setsize={events.length}
              className="absolute inset-x-0"
              style={{ top: (first + index) * ROW, height: ROW }}
            >
              <button
                type="button"
                aria-pressed={event.number === chosen}
                onClick={() => setChosen(event.number === chosen ? null : event.number)}
                className="flex size-full items-center gap-3 px-3 text-start -outline-offset-2 hover:bg-hover aria-pressed:bg-accent-soft"
              >
                <span className="w-12 shrink-0 text-end text-xs text-ink-faint tabular-nums">
                  {event.number}
                </span>
                <code className="min-w-0 flex-1 truncate text-[0.8125rem]">{event.type}</code>
                {event.note ? (
                  <span className="shrink-0 text-xs text-ink-faint tabular-nums">{event.note}</span>
                ) : null}
              </button>
            </li>
          ))}
        </ol>
      </div>
      {shown ? <CodeBlock code={JSON.stringify(shown.event, null, 2)} label={shown.type} /> : null}
    </div>
  );
}
