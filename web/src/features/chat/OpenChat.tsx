import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { toast } from "@/components/overlays/toast";
import { Failure, Loading } from "@/components/states";
import { type ChatSettings, useChat, useUpdateChat } from "@/features/chats";
import { type Assistant, SearchedCollections, useAssistant } from "@/features/library";
import { ResearchChip, type ResearchMode } from "@/features/research";
import { useMe } from "@/features/session";
import { NotFound } from "@/features/shell";
import { api, data } from "@/lib/api";
import { asApiError } from "@/lib/errors/api-error";
import { errorText } from "@/lib/errors/texts";
import { titled } from "@/lib/site-name";
import { Announcer } from "./announcer/Announcer";
import { turnToAskAgain } from "./approvals/ask-again";
import { ChatHead } from "./ChatHead";
import { CHAT_PAGE } from "./chat-page";
import { ChatTools } from "./composer/ChatTools";
import { Compared, CompareMenu } from "./composer/CompareMenu";
import { Composer, type ComposerHandle } from "./composer/Composer";
import { CHIP } from "./composer/chip";
import { NEW_CHAT, putBack } from "./drafts/drafts";
import { useNewChatDraft } from "./drafts/use-draft";
import { useModel } from "./models/models";
import { outbox, useOutgoing } from "./outbox/browser-outbox";
import { newId } from "./outbox/ids";
import { Outgoing, Queue } from "./outbox/Outgoing";
import type { ChatBody, Outgoing as Unsent } from "./outbox/outbox";
import { sendMessage } from "./outbox/send-message";
import { givenBy } from "./parameters/assistant-settings";
import { editedTurn } from "./thread/editing";
import { Thread, type ThreadHandle } from "./thread/Thread";
import { type ThreadActions, ThreadActionsContext } from "./thread/thread-actions";
import { type Branch, isOver, lastTurn, splitQueue, type Turn, withUnsent } from "./turns/branch";
import { fromInput, type MessageContent, toInput } from "./turns/input";
import { cancelTurn, groupOf, loadOlder, switchBranch, useTurns } from "./turns/queries";
import { useRefreshChat } from "./turns/use-refresh-chat";
import { useChatCommands } from "./use-chat-commands";

const NO_SETTINGS: ChatSettings = {
  model: null,
  instructions: null,
  temperature: null,
  top_p: null,
  max_output_tokens: null,
  reasoning_effort: null,
};

const EMPTY: Branch = { turns: [], hasMore: false };

/** A chat that has begun. */
export function OpenChat({ chatId }: { chatId: string }) {
  const outgoing = useOutgoing(chatId);
  const known = !outgoing.some((each) => each.chat);
  const chat = useChat(known ? chatId : null);
  const turns = useTurns(chatId, { enabled: known });
  const branch = turns.data ?? EMPTY;
  const begunChat = outgoing.find((each) => each.chat)?.chat;
  const begun = begunChat?.settings;
  const shown = useMemo(() => withUnsent(branch, outgoing), [branch, outgoing]);
  const { asked, queued } = useMemo(() => splitQueue(shown.turns), [shown.turns]);
  const running = asked.some((turn) => !isOver(turn));
  const composer = useRef<ComposerHandle>(null);
  const [compared, compare] = useState<readonly string[]>([]);
  const [research, askResearch] = useState<ResearchMode | null>(null);
  const thread = useRef<ThreadHandle>(null);
  useRefreshChat(chatId, known);

  useEffect(() => {
    document.title = titled(chat.data?.title);
  }, [chat.data?.title]);

  const model = useModel((chat.data?.settings ?? begun)?.model);
  const older = useCallback(() => loadOlder(chatId), [chatId]);
  const assistantId = chat.data?.assistant_id ?? begunChat?.assistant_id ?? null;
  const assistant = useAssistant(assistantId).data;
  const actions = useChatActions(chatId, assistant?.name ?? null);
  const update = useUpdateChat();
  const [, go] = useLocation();
  const me = useMe();
  const newChatDraft = useNewChatDraft();
  const settings: ChatSettings = chat.data?.settings ?? { ...NO_SETTINGS, ...begun };

  async function saveDraft(draft: string) {
    return (
      await data(
        api.POST("/earthshine/v1/chats/{chat_id}", {
          params: { path: { chat_id: chatId } },
          body: { draft },
        }),
      )
    ).draft_updated_at;
  }

  function send(content: MessageContent, mode: "queue" | "steer") {
    const parent = shown.unsent.at(-1)?.turnId ?? lastTurn(shown.turns)?.id ?? null;
    // Steering stops what is being written; what waits behind it still comes first.
    const above = mode === "steer" ? (asked.findLast((turn) => !isOver(turn))?.id ?? parent) : parent;
    sendMessage({ chatId, parentId: above, content, mode, compared, research, model: settings.model });
    compare([]);
    askResearch(null);
    thread.current?.toEnd();
  }

  async function takeBack({ turnId, chat, turn }: Unsent) {
    const content = fromInput(turn.input ?? []);
    if (!chat || outgoing.length > 1) {
      composer.current?.giveBack(content);
      outbox.discard(turnId);
      return;
    }
    // A chat of which nothing has arrived is none; the page is left before it asks for it.
    await putBack(me.user.id, NEW_CHAT, newChatDraft, content);
    go(startOf(chat));
    outbox.discard(turnId);
  }

  function changeSettings(change: Partial<ChatSettings>) {
    update.mutate({ id: chatId, change: { settings: change } });
  }

  function withAssistant(next: Assistant | null) {
    const change = { assistant_id: next?.id ?? null, ...(next ? { settings: givenBy(next) } : {}) };
    update.mutate({ id: chatId, change });
  }

  function stop() {
    const turn = asked.findLast((each) => !isOver(each));
    if (!turn) return;
    for (const each of groupOf(turn)) if (!isOver(each)) actions.cancel(each);
  }

  const newest = asked.at(-1);
  useChatCommands({ turns: asked, running, actions, stop, focus: () => composer.current?.focus() });

  const failed = turns.error ?? chat.error;
  if (failed && !turns.data) {
    if (asApiError(failed).status === 404) return <NotFound />;
    const retry = () => void Promise.all([turns.refetch(), chat.refetch()]);
    return <Failure error={failed} retry={retry} className="m-6" />;
  }
  return (
    <ThreadActionsContext value={actions}>
      <div className={CHAT_PAGE}>
        <ChatHead
          chat={chat.data ?? null}
          settings={settings}
          onSettings={changeSettings}
          compared={compared.length}
          newest={asked.findLast((turn) => turn.response)?.response}
          loading={known && chat.isPending}
          onAssistant={chat.data ? withAssistant : undefined}
          onRename={(title) => update.mutate({ id: chatId, change: { title } })}
        />
        {known && turns.isPending ? (
          <Loading className="flex-1" />
        ) : (
          <Thread
            id={chatId}
            turns={asked}
            hasMore={branch.hasMore}
            loadOlder={older}
            handle={thread}
            footer={
              <>
                <Queue queued={queued} />
                <Composer
                  place={chatId}
                  serverDraft={
                    chat.data ? { text: chat.data.draft, updatedAt: chat.data.draft_updated_at } : null
                  }
                  saveDraft={chat.data ? saveDraft : null}
                  running={running}
                  onSend={send}
                  onStop={stop}
                  seesImages={model?.earthshine.abilities.includes("vision") ?? false}
                  onModel={(name) => changeSettings({ model: name })}
                  onEditLast={newest ? () => editedTurn.set(newest.id) : undefined}
                  handle={composer}
                  assistant={assistant ?? null}
                  onAssistant={chat.data ? withAssistant : undefined}
                  above={
                    <>
                      <SearchedCollections
                        own={settings.vector_store_ids}
                        spaceId={chat.data?.space_id ?? begunChat?.space_id ?? null}
                        onChange={(ids) => changeSettings({ vector_store_ids: ids })}
                      />
                      <Compared chosen={compared} onChange={compare} />
                    </>
                  }
                >
                  <ChatTools
                    own={settings.tools}
                    assistantId={assistantId}
                    spaceId={chat.data?.space_id ?? begunChat?.space_id ?? null}
                    onChange={(tools) => changeSettings({ tools })}
                  />
                  <ResearchChip mode={research} onChange={askResearch} className={CHIP} />
                  <CompareMenu chosen={compared} onChange={compare} />
                </Composer>
              </>
            }
          >
            {newest ? <Announcer turn={newest} /> : null}
            {shown.unsent.map((each) => (
              <Outgoing key={each.turnId} outgoing={each} onTakeBack={() => void takeBack(each)} />
            ))}
          </Thread>
        )}
      </div>
    </ThreadActionsContext>
  );
}

/** Where a chat like this one begins. */
function startOf({ assistant_id, space_id }: ChatBody): string {
  const about = new URLSearchParams();
  if (assistant_id) about.set("assistant", assistant_id);
  if (space_id) about.set("space", space_id);
  return about.size > 0 ? `/?${about}` : "/";
}

function useChatActions(chatId: string, assistant: string | null): ThreadActions {
  const { t } = useTranslation("chat");
  return useMemo(() => {
    const say = (thrown: unknown) => toast(errorText(thrown), { kind: "error" });
    return {
      temporary: false,
      assistant,
      regenerate(turn, model) {
        const add = ({ parent_id, input }: Turn) => {
          const again = { id: newId("turn"), parent_id, input, mode: "queue" as const };
          outbox.add(chatId, { ...again, ...(model ? { model } : turn.research) });
        };
        void turnToAskAgain(turn).then(add, say);
      },
      edit(turn, content) {
        outbox.add(chatId, {
          id: newId("turn"),
          parent_id: turn.parent_id,
          input: toInput(content),
          mode: "queue",
          // What was a research is one again, and keeps what was asked of it.
          ...turn.research,
        });
      },
      goOn(turn) {
        const next = { id: newId("turn"), mode: "queue" as const };
        if (turn.can_continue) outbox.add(chatId, { ...next, parent_id: turn.parent_id, continues: turn.id });
        else {
          const input = toInput({ text: t("go_on_words"), attachments: [] });
          outbox.add(chatId, { ...next, parent_id: turn.id, input });
        }
      },
      answer(turn, input) {
        outbox.add(chatId, { id: newId("turn"), parent_id: turn.id, input, mode: "queue" });
      },
      switchBranch: (turnId) => void switchBranch(chatId, turnId).catch(say),
      cancel: (turn) => void cancelTurn(chatId, turn.id).catch(say),
    };
  }, [chatId, assistant, t]);
}
