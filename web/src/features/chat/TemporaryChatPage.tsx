import { EyeOff, X } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import type { ChatSettings } from "@/features/chats";
import { Announcer } from "./Announcer";
import { isOver } from "./branch";
import { ChatHead } from "./ChatHead";
import { Composer, type ComposerHandle } from "./Composer";
import { useModel } from "./models";
import { Thread, type ThreadHandle } from "./Thread";
import { temporaryChat } from "./temporary";
import { type ThreadActions, ThreadActionsContext } from "./thread-actions";
import { useChatCommands } from "./use-chat-commands";

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
      regenerate: (turn, other) => temporaryChat.again(turn, null, other),
      edit: (turn, said) => temporaryChat.again(turn, said),
      cancel: () => temporaryChat.stop(),
    }),
    [],
  );
  const stop = useCallback(() => temporaryChat.stop(), []);
  useChatCommands({ turns, running, actions, stop, focus: () => composer.current?.focus() });
  const newest = turns.at(-1);
  return (
    <ThreadActionsContext value={actions}>
      <div className="flex h-full flex-col">
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
        <Thread
          id="temporary"
          turns={turns}
          hasMore={false}
          loadOlder={async () => undefined}
          handle={thread}
          footer={
            <>
              {waiting.map((said, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: only the first ever leaves by itself
                <p key={place} className="mb-1 flex items-center gap-2 rounded-xl bg-sunken ps-4 text-sm">
                  <span className="text-ink-faint">{t("queued_next")}</span>
                  <span dir="auto" className="min-w-0 flex-1 truncate">
                    {said.text}
                  </span>
                  <IconButton label={t("queue_remove")} onClick={() => temporaryChat.unqueue(said)}>
                    <X />
                  </IconButton>
                </p>
              ))}
              <Composer
                place={null}
                serverDraft={null}
                saveDraft={null}
                running={running}
                seesImages={model?.earthshine.abilities.includes("vision") ?? false}
                onSend={(said, mode) => {
                  temporaryChat.say(said, mode);
                  thread.current?.toEnd();
                }}
                onStop={stop}
                handle={composer}
              />
            </>
          }
        >
          {newest ? (
            <Announcer turn={newest} />
          ) : (
            <p className="text-center text-ink-faint">{t("temporary_empty")}</p>
          )}
        </Thread>
      </div>
    </ThreadActionsContext>
  );
}
