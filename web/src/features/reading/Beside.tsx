import { useEffect, useRef } from "react";
import { Reader } from "./Reader";
import { closeReading, type Passage, type Reading, reading } from "./shown";

/** The reading pane beside the page; on a phone it takes all of the window. */
export default function Beside({ shown }: { shown: Reading }) {
  const opener = useRef<Element | null>(document.activeElement);
  useEffect(() => {
    // The focus goes back to what opened it, if that is still there.
    const from = opener.current;
    return () => {
      if (from instanceof HTMLElement && from.isConnected) from.focus({ preventScroll: true });
    };
  }, []);
  return (
    <aside className="flex min-h-0 border-s border-line bg-surface max-lg:fixed max-lg:inset-0 max-lg:z-40 max-lg:border-0 lg:w-[min(46%,52rem)] lg:shrink-0">
      <div className="min-w-0 flex-1">
        <Reader key={shown.fileId} reading={shown} onPassage={goTo} onClose={closeReading} />
      </div>
    </aside>
  );
}

function goTo(passage: Passage): void {
  reading.set((now) => {
    if (!now) return now;
    const { fileId, filename } = passage;
    return { ...now, fileId, filename, passage, opened: now.opened + 1 };
  });
}
