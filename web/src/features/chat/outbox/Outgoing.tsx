import { CloudUpload, TriangleAlert, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { Button, IconButton } from "@/components/button";
import { errorText } from "@/lib/errors/texts";
import { Message } from "../thread/Message";
import type { Turn } from "../turns/branch";
import { fromInput } from "../turns/input";
import { cancelTurn } from "../turns/queries";
import { outbox } from "./browser-outbox";
import type { Outgoing as OutgoingTurn } from "./outbox";

interface OutgoingProps {
  outgoing: OutgoingTurn;
  /** Gives the message back to be written on. */
  onTakeBack: () => void;
}

/** A message that is on its way to the server, or did not get there. */
export function Outgoing({ outgoing, onTakeBack }: OutgoingProps) {
  const { t } = useTranslation("chat");
  const { state, error, turn } = outgoing;
  return (
    <div className="flex flex-col gap-2">
      {turn.input ? (
        <div className={state === "sending" ? "opacity-80" : ""}>
          <Message input={turn.input} />
        </div>
      ) : null}
      {state === "sending" ? (
        <p role="status" className="sr-only">
          {t("sending")}
        </p>
      ) : (
        <div
          role="alert"
          className="ms-auto flex max-w-2xl flex-wrap items-center gap-3 rounded-xl bg-warn-soft px-4 py-2.5 text-sm text-warn"
        >
          {state === "waiting" ? <CloudUpload className="size-4" /> : <TriangleAlert className="size-4" />}
          <span dir="auto" className="min-w-0 flex-1 basis-52">
            {state === "waiting" ? t("not_sent_waiting") : error ? errorText(error) : t("not_sent")}
          </span>
          <span className="flex gap-2 text-ink">
            <Button size="small" onClick={() => outbox.retry(outgoing.chatId)}>
              {t("try_again")}
            </Button>
            <Button size="small" onClick={onTakeBack}>
              {t("take_back")}
            </Button>
          </span>
        </div>
      )}
    </div>
  );
}

/** Messages that wait for the reply that is being written. */
export function Queue({ queued }: { queued: readonly Turn[] }) {
  const { t } = useTranslation("chat");
  if (queued.length === 0) return null;
  return (
    <section aria-label={t("queue_section")} className="mb-2 flex flex-col gap-1">
      {queued.map((turn) => (
        <div
          key={turn.id}
          className="flex items-center gap-2 rounded-xl border border-line bg-sunken ps-4 pe-1 text-sm text-ink-soft"
        >
          <span className="shrink-0 text-ink-faint">{t("queued_next")}</span>
          <span dir="auto" className="min-w-0 flex-1 truncate">
            <BidiLine text={fromInput(turn.input).text.slice(0, 300)} />
          </span>
          <IconButton label={t("queue_remove")} onClick={() => void cancelTurn(turn.chat_id, turn.id)}>
            <X />
          </IconButton>
        </div>
      ))}
    </section>
  );
}
