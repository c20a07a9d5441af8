import { EyeOff, X } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import { Button, IconButton } from "@/components/button";
import type { ChatSettings } from "@/features/chats";
import { Announcer } from "../announcer/Announcer";
import { ChatHead } from "../ChatHead";
import { CHAT_PAGE } from "../chat-page";
import { Composer, type ComposerHandle } from "../composer/Composer";
import { ModelNote } from "../models/ModelNote";
import { useModel } from "../models/models";
import { StartFrame } from "../start/StartFrame";
import { Thread, type ThreadHandle } from "../thread/Thread";
import { type ThreadActions, ThreadActionsContext } from "../thread/thread-actions";
import { isOver } from "../turns/branch";
import type { MessageContent } from "../turns/input";
import { useChatCommands } from "../use-chat-commands";
import { temporaryChat } from "./temporary-chat";

interface TemporaryChatPageProps {
  settings: ChatSettings;
  onSettings: (change: Partial<ChatSettings>) => void;
  onEnd: () => void;
}

/** A chat of which nothing is kept anywhere. */
export default function TemporaryChatPage({ settings, onSettings, onEnd }: TemporaryChatPageProps) {
  const { t } = useTranslation("chat");
  const { turns, waiting } = temporaryChat.state.use();
  const running = turns.some((turn) => !isOver(turn));
  const thread = useRef<ThreadHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  const model = useModel(settings.model);
  useEffect(() => {
    temporaryChat.settings = settings;
  }, [settings]);
  const actions = useMemo(
    (): ThreadActions => ({
      temporary: true,
      assistant: null,
      regenerate: (turn, other) => temporaryChat.again(turn, null, other),
      edit: (turn, content) => temporaryChat.again(turn, content),
      goOn: () => temporaryChat.send({ text: t("go_on_words"), attachments: [] }, "queue"),
      cancel: () => temporaryChat.stop(),
    }),
    [t],
  );
  const stop = useCallback(() => temporaryChat.stop(), []);
  useChatCommands({ turns, running, actions, stop, focus: () => composer.current?.focus() });
  const newest = turns.at(-1);
  const box = (
    <Composer
      place={null}
      serverDraft={null}
      saveDraft={null}
      running={running}
      seesImages={model?.earthshine.abilities.includes("vision") ?? false}
      onModel={(name) => onSettings({ model: name })}
      onSend={(content, mode) => {
        temporaryChat.send(content, mode);
        thread.current?.toEnd();
      }}
      onStop={stop}
      handle={composer}
    />
  );
  return (
    <ThreadActionsContext value={actions}>
      <div className={CHAT_PAGE}>
        <ChatHead chat={null} settings={settings} onSettings={onSettings} />
        <div className="mx-4 flex flex-wrap items-center gap-3 rounded-xl bg-accent-soft px-4 py-2.5 text-sm">
          <EyeOff className="size-4 shrink-0 text-accent" aria-hidden />
          <p className="min-w-0 flex-1 basis-60">{t("temporary_banner")}</p>
          <Button
            size="small"
            onClick={() => {
              temporaryChat.end();
              onEnd();
            }}
          >
            {t("temporary_end")}
          </Button>
        </div>
        {newest ? (
          <Thread
            id="temporary"
            turns={turns}
            hasMore={false}
            loadOlder={async () => undefined}
            handle={thread}
            footer={
              <>
                <Waiting content={waiting} />
                {box}
              </>
            }
          >
            <Announcer turn={newest} />
          </Thread>
        ) : (
          <StartFrame title={t("temporary_empty")} box={box}>
            <ModelNote model={model} />
          </StartFrame>
        )}
      </div>
    </ThreadActionsContext>
  );
}

/** Messages that wait for the reply that is being written. */
function Waiting({ content }: { content: readonly MessageContent[] }) {
  const { t } = useTranslation("chat");
  return content.map((each, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: only the first ever leaves by itself
    <p key={place} className="mb-1 flex items-center gap-2 rounded-xl bg-sunken ps-4 text-sm">
      <span className="text-ink-faint">{t("queued_next")}</span>
      <span dir="auto" className="min-w-0 flex-1 truncate">
        <BidiLine text={each.text.slice(0, 300)} />
      </span>
      <IconButton label={t("queue_remove")} onClick={() => temporaryChat.unqueue(each)}>
        <X />
      </IconButton>
    </p>
  ));
}
