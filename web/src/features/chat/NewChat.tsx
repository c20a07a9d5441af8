import { EyeOff } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearch } from "wouter";
import { IconButton } from "@/components/button";
import type { ChatSettings } from "@/features/chats";
import { AssistantBadge, useAssistant } from "@/features/library";
import { useMe } from "@/features/session";
import { usePreferences, useSavePreferences } from "@/features/settings";
import { ChatHead } from "./ChatHead";
import { CompareMenu } from "./CompareMenu";
import { Composer, type ComposerHandle } from "./Composer";
import { NEW_CHAT } from "./drafts";
import { newId } from "./ids";
import type { Said } from "./input";
import { useModel } from "./models";
import { say } from "./send";
import { useNewChatDraft } from "./use-draft";

const TemporaryChatPage = lazy(() => import("./TemporaryChatPage"));

/** A chat that begins with its first message. The address may name an assistant, a space, or that nothing be kept. */
export function NewChat() {
  const search = new URLSearchParams(useSearch());
  const [, go] = useLocation();
  const preferences = usePreferences();
  const assistantId = search.get("assistant");
  const assistant = useAssistant(assistantId).data;
  const [chosen, choose] = useState<Partial<ChatSettings>>({});
  const { model, instructions, settings: sampling } = preferences;
  // What an assistant brings stands above the person's own defaults; its instructions are added by the server.
  const settings: ChatSettings = {
    ...{ ...sampling, model, instructions: instructions || null },
    ...(assistant ? given({ ...assistant.settings, model: assistant.model }) : {}),
    ...chosen,
  };
  const change = (some: Partial<ChatSettings>) => choose((now) => ({ ...now, ...some }));
  useEffect(() => {
    document.title = "Earthshine";
  }, []);
  if (search.has("temporary"))
    return (
      <Suspense>
        <TemporaryChatPage settings={settings} onSettings={change} onEnd={() => go("/", { replace: true })} />
      </Suspense>
    );
  return (
    <Start
      key={search.toString()}
      settings={settings}
      onSettings={change}
      assistantId={assistantId}
      starters={assistant?.starters ?? []}
      spaceId={search.get("space")}
    />
  );
}

/** Only what was chosen. */
function given(settings: Partial<ChatSettings>): Partial<ChatSettings> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== null && value !== undefined),
  );
}

interface StartProps {
  settings: ChatSettings;
  onSettings: (change: Partial<ChatSettings>) => void;
  assistantId: string | null;
  starters: readonly string[];
  spaceId: string | null;
}

function Start({ settings, onSettings, assistantId, starters, spaceId }: StartProps) {
  const { t } = useTranslation("chat");
  const me = useMe();
  const serverDraft = useNewChatDraft();
  const save = useSavePreferences();
  const [, go] = useLocation();
  const composer = useRef<ComposerHandle>(null);
  const [compared, compare] = useState<readonly string[]>([]);
  const model = useModel(settings.model);
  const suggestions = assistantId ? starters : [t("starter_1"), t("starter_2"), t("starter_3")];

  function begin(said: Said) {
    const chatId = newId("chat");
    const chat = {
      ...{ id: chatId, settings },
      ...(assistantId ? { assistant_id: assistantId } : {}),
      ...(spaceId ? { space_id: spaceId } : {}),
    };
    say({ chatId, parentId: null, said, compared, chat });
    go(`/c/${chatId}`);
  }

  return (
    <div className="flex h-full flex-col">
      <ChatHead chat={null} settings={settings} onSettings={onSettings}>
        <IconButton label={t("temporary_start")} onClick={() => go("/?temporary")}>
          <EyeOff />
        </IconButton>
      </ChatHead>
      <div className="flex min-h-0 flex-1 flex-col items-center overflow-y-auto px-4 pb-3">
        <div className="flex w-full max-w-[45rem] flex-1 flex-col justify-end gap-6 sm:my-auto sm:flex-none sm:pb-[12dvh]">
          <div className="flex flex-1 flex-col items-center justify-center gap-3 sm:flex-none">
            {assistantId ? <AssistantBadge id={assistantId} /> : null}
            <h1 className="text-center text-2xl font-semibold text-balance">
              {me.user.name ? t("greeting_name", { name: me.user.name }) : t("greeting")}
            </h1>
          </div>
          <div className="max-sm:order-last">
            <Composer
              place={NEW_CHAT}
              serverDraft={serverDraft}
              saveDraft={async (draft) => (await save.mutateAsync({ draft })).updated_at}
              running={false}
              seesImages={model?.earthshine.abilities.includes("vision") ?? false}
              onSend={begin}
              onStop={() => undefined}
              handle={composer}
            >
              <CompareMenu chosen={compared} onChange={compare} />
            </Composer>
          </div>
          {suggestions.length > 0 ? (
            <ul aria-label={t("starters")} className="flex flex-wrap justify-center gap-2">
              {suggestions.map((each) => (
                <li key={each}>
                  <button
                    type="button"
                    dir="auto"
                    onClick={() => composer.current?.insert(each)}
                    className="min-h-9 rounded-full border border-line bg-surface px-3.5 py-1.5 text-start text-sm text-ink-soft hover:bg-hover hover:text-ink coarse:min-h-11"
                  >
                    {each}
                  </button>
                </li>
              ))}
            </ul>
          ) : null}
        </div>
      </div>
    </div>
  );
}
