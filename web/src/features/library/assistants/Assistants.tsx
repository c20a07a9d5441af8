import { Bot, MessageSquare } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Card, Icon } from "../Card";
import { ItemList } from "../ItemList";
import { type Assistant, useLibrary } from "../queries";
import { AssistantEditor } from "./AssistantEditor";
import { AssistantTemplates } from "./AssistantTemplates";

/** Models with a name, instructions and settings of their own. */
export function Assistants() {
  const { t } = useTranslation("library");
  const { data, error, refetch } = useLibrary("assistants");
  const [edited, setEdited] = useState<Assistant | "new" | null>(null);
  return (
    <>
      <ItemList
        about={t("assistants_about")}
        add={t("new_assistant")}
        onAdd={() => setEdited("new")}
        things={data}
        error={error}
        retry={() => void refetch()}
        empty={{ icon: <Bot />, title: t("no_assistants"), text: t("no_assistants_text") }}
      >
        {(assistant) => (
          <Card
            kind="assistants"
            id={assistant.id}
            name={assistant.name}
            text={assistant.description || assistant.instructions}
            icon={<Icon icon={assistant.icon} name={assistant.name} />}
            mine={assistant.is_mine}
            shared={assistant.shared}
            onEdit={() => setEdited(assistant)}
            actions={
              <Link
                href={`/?assistant=${assistant.id}`}
                className="inline-flex min-h-9 items-center gap-2 rounded-lg border border-line px-3 text-sm font-medium hover:bg-hover coarse:min-h-11"
              >
                <MessageSquare className="mirrored size-4" aria-hidden />
                {t("chat_with")}
                <span className="sr-only">{assistant.name}</span>
              </Link>
            }
          />
        )}
      </ItemList>
      <AssistantTemplates />
      {edited ? (
        <AssistantEditor assistant={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      ) : null}
    </>
  );
}
