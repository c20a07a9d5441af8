import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Select } from "@/components/field";
import { useFormat } from "@/lib/i18n/format";
import { EventList } from "../components/code/EventList";
import { useMilliseconds } from "../components/use-milliseconds";
import type { JournalEvent } from "./queries";

interface JournalListProps {
  events: readonly JournalEvent[];
  total: number;
  begun: number | null;
  more: (() => void) | null;
  busy: boolean;
}

/** The stored events, in order, with when each was stored. */
export function JournalList({ events, total, begun, more, busy }: JournalListProps) {
  const { t } = useTranslation("console");
  const format = useFormat();
  const milliseconds = useMilliseconds();
  const [type, setType] = useState("");
  const types = [...new Set(events.map((event) => event.type))];
  const shown = type ? events.filter((event) => event.type === type) : events;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div className="w-72 max-w-full">
          <Select label={t("journal_type")} value={type} onChange={(event) => setType(event.target.value)}>
            <option value="">{t("all")}</option>
            {types.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </Select>
        </div>
        <p className="text-sm text-ink-soft" aria-live="polite">
          {t("journal_read", { read: format.number(events.length), total: format.number(total) })}
        </p>
      </div>
      <EventList
        label={t("journal")}
        events={shown.map((event) => ({
          number: event.sequence_number,
          type: event.type,
          note:
            event.stored_at_ms !== null && begun !== null
              ? `+${milliseconds(Math.max(0, event.stored_at_ms - begun))}`
              : null,
          event: event.event,
        }))}
      />
      {more ? (
        <div className="flex justify-center">
          <Button busy={busy} onClick={more}>
            {t("load_more")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
