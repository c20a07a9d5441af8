import { EyeOff } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearch } from "wouter";
import { tooltip } from "@/components/overlays/tooltip";
import type { ChatSettings } from "@/features/chats";
import { type Assistant, AssistantBadge, SearchedCollections, useAssistant } from "@/features/library";
import { ResearchChip, type ResearchMode, USUAL } from "@/features/research";
import { useMe } from "@/features/session";
import { usePreferences, useSavePreferences } from "@/features/settings";
import { titled } from "@/lib/site-name";
import { ChatHead } from "../ChatHead";
import { CHAT_PAGE } from "../chat-page";
import { ChatTools } from "../composer/ChatTools";
import { Compared, CompareMenu } from "../composer/CompareMenu";
import { Composer, type ComposerHandle } from "../composer/Composer";
import { CHIP } from "../composer/chip";
import { NEW_CHAT } from "../drafts/drafts";
import { useNewChatDraft } from "../drafts/use-draft";
import { ModelNote } from "../models/ModelNote";
import { useModel } from "../models/models";
import { newId } from "../outbox/ids";
import { sendMessage } from "../outbox/send-message";
import { givenBy } from "../parameters/assistant-settings";
import type { MessageContent } from "../turns/input";
import { StartFrame } from "./StartFrame";
import { Starters, Welcome } from "./Welcome";

const TemporaryChatPage = lazy(() => import("../temporary/TemporaryChatPage"));

/** A chat that begins with its first message. The address may name an assistant, a space, or that nothing be kept. */
export function NewChat() {
  const search = new URLSearchParams(useSearch());
  const [, go] = useLocation();
  const preferences = usePreferences();
  const assistantId = search.get("assistant");
  const assistant = useAssistant(assistantId).data;
  const collectionId = search.get("collection");
  const [chosen, choose] = useState<Partial<ChatSettings>>({});
  const { model, instructions, settings: sampling } = preferences;
  // What an assistant brings stands above the person's own defaults; its instructions are added by the server.
  const settings: ChatSettings = {
    ...{ ...sampling, model, instructions: instructions || null },
    ...(assistant ? givenBy(assistant) : {}),
    ...(collectionId ? { vector_store_ids: [collectionId] } : {}),
    ...chosen,
  };
  const change = (some: Partial<ChatSettings>) => choose((now) => ({ ...now, ...some }));
  useEffect(() => {
    document.title = titled();
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
      assistant={assistant ?? null}
      spaceId={search.get("space")}
      collectionId={collectionId}
      researches={search.has("research")}
    />
  );
}

interface StartProps {
  settings: ChatSettings;
  onSettings: (change: Partial<ChatSettings>) => void;
  assistantId: string | null;
  assistant: Assistant | null;
  spaceId: string | null;
  /** Files that the chat is about. */
  collectionId: string | null;
  /** Whether it is to begin with a research. */
  researches: boolean;
}

function Start({ settings, onSettings, assistantId, assistant, spaceId, ...rest }: StartProps) {
  const { collectionId } = rest;
  const { t } = useTranslation("chat");
  const me = useMe();
  const serverDraft = useNewChatDraft();
  const save = useSavePreferences();
  const [, go] = useLocation();
  const composer = useRef<ComposerHandle>(null);
  const [compared, compare] = useState<readonly string[]>([]);
  const [research, ask] = useState<ResearchMode | null>(rest.researches ? USUAL : null);
  const model = useModel(settings.model);

  function begin(content: MessageContent) {
    const chatId = newId("chat");
    const chat = {
      id: chatId,
      settings,
      ...(assistantId ? { assistant_id: assistantId } : {}),
      ...(spaceId ? { space_id: spaceId } : {}),
    };
    sendMessage({ chatId, parentId: null, content, compared, research, model: settings.model, chat });
    go(`/c/${chatId}`);
  }
  function withAssistant(next: Assistant | null) {
    const about = new URLSearchParams({
      ...(next ? { assistant: next.id } : {}),
      ...(spaceId ? { space: spaceId } : {}),
      ...(collectionId ? { collection: collectionId } : {}),
    });
    go(about.size > 0 ? `/?${about}` : "/");
  }

  return (
    <div className={CHAT_PAGE}>
      <ChatHead
        chat={null}
        settings={settings}
        onSettings={onSettings}
        compared={compared.length}
        onAssistant={withAssistant}
      />
      <StartFrame
        top={assistantId ? <AssistantBadge id={assistantId} /> : null}
        title={me.user.name ? t("greeting_name", { name: me.user.name }) : t("greeting")}
        box={
          <Composer
            place={NEW_CHAT}
            serverDraft={serverDraft}
            saveDraft={async (draft) => (await save.mutateAsync({ draft })).updated_at}
            running={false}
            seesImages={model?.earthshine.abilities.includes("vision") ?? false}
            onModel={(name) => onSettings({ model: name })}
            onSend={begin}
            onStop={() => undefined}
            handle={composer}
            assistant={assistant}
            onAssistant={withAssistant}
            above={
              <>
                <SearchedCollections
                  own={settings.vector_store_ids}
                  spaceId={spaceId}
                  onChange={(vector_store_ids) => onSettings({ vector_store_ids })}
                />
                <Compared chosen={compared} onChange={compare} />
              </>
            }
          >
            <button
              type="button"
              aria-label={t("temporary_start")}
              {...tooltip(t("temporary_start"))}
              onClick={() => go("/?temporary")}
              className={CHIP}
            >
              <EyeOff aria-hidden />
              <span className="max-sm:hidden">{t("temporary")}</span>
            </button>
            <ChatTools
              own={settings.tools}
              assistantId={assistantId}
              spaceId={spaceId}
              onChange={(tools) => onSettings({ tools })}
            />
            <ResearchChip mode={research} onChange={ask} className={CHIP} />
            {/* Last: it comes when the models are known. */}
            <CompareMenu chosen={compared} onChange={compare} />
          </Composer>
        }
      >
        <Starters
          own={assistant?.starters ?? (assistantId ? [] : null)}
          onChoose={(text) => composer.current?.insert(text)}
        />
        <ModelNote model={model} />
        {assistantId ? null : <Welcome />}
      </StartFrame>
    </div>
  );
}
