import { ArrowUp, CornerUpLeft, Square } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { keysText } from "@/lib/commands";

interface SendButtonsProps {
  /** Whether a reply is being written. */
  running: boolean;
  /** Whether there is nothing to send, or it is on its way. */
  disabled: boolean;
  onSteer: () => void;
  onStop: () => void;
}

/** Sends the message, after the reply that is being written or in place of it; or stops that. */
export function SendButtons({ running, disabled, onSteer, onStop }: SendButtonsProps) {
  const { t } = useTranslation("chat");
  if (!running)
    return (
      <IconButton
        type="submit"
        label={t("send")}
        look="primary"
        disabled={disabled}
        className="rounded-full! disabled:bg-line! disabled:text-ink-faint! disabled:opacity-100!"
      >
        <ArrowUp />
      </IconButton>
    );
  return (
    <>
      {disabled ? null : (
        <>
          <Button size="small" look="plain" onClick={onSteer} title={keysText("mod+enter")}>
            <CornerUpLeft className="mirrored size-4" aria-hidden />
            {t("steer")}
          </Button>
          <Button size="small" type="submit">
            {t("queue")}
          </Button>
        </>
      )}
      <IconButton label={t("stop")} look="primary" keys="Esc" onClick={onStop} className="rounded-full!">
        <Square fill="currentColor" className="size-3.5!" />
      </IconButton>
    </>
  );
}
