import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useMe } from "@/features/session";
import { usePreferences } from "@/features/settings";
import { ChatHead } from "./ChatHead";
import { Composer } from "./Composer";
import { NEW_CHAT } from "./drafts";
import { newId } from "./ids";
import { type Said, toInput } from "./input";
import type { ChatSettings } from "./queries";
import { outbox } from "./sending";

/** A chat that begins with its first message. */
export function NewChat() {
  const { t } = useTranslation("chat");
  const me = useMe();
  const preferences = usePreferences();
  const [, go] = useLocation();
  const box = useRef<HTMLTextAreaElement>(null);

  const [chosen, choose] = useState<Partial<ChatSettings>>({});
  const { model, instructions, settings: sampling } = preferences;
  const settings: ChatSettings = { ...sampling, model, instructions: instructions || null, ...chosen };

  function begin(said: Said) {
    const chatId = newId("chat");
    const turn = { id: newId("turn"), parent_id: null, input: toInput(said), mode: "queue" as const };
    outbox.add(chatId, turn, { id: chatId, settings });
    go(`/c/${chatId}`);
  }

  return (
    <div className="flex h-full flex-col">
      <ChatHead
        chat={null}
        settings={settings}
        onSettings={(change) => choose((now) => ({ ...now, ...change }))}
      />
      <div className="flex min-h-0 flex-1 flex-col items-center overflow-y-auto px-4 sm:justify-center">
        <div className="my-auto w-full max-w-3xl py-6">
          <h1 className="mb-6 text-center text-2xl font-semibold text-balance">
            {me.user.name ? t("greeting_name", { name: me.user.name }) : t("greeting")}
          </h1>
          <Composer
            place={NEW_CHAT}
            serverDraft={null}
            saveDraft={null}
            running={false}
            box={box}
            onSend={begin}
            onStop={() => undefined}
          />
        </div>
      </div>
    </div>
  );
}
