import { TextQuote } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "./Card";
import { PromptEditor } from "./PromptEditor";
import { type Prompt, useLibrary } from "./queries";
import { Shelf } from "./Shelf";
import { VariableNames } from "./VariableNames";

/** Texts to begin with, which the composer inserts. */
export function Prompts() {
  const { t } = useTranslation("library");
  const { data, error, refetch } = useLibrary("prompts");
  const [edited, setEdited] = useState<Prompt | "new" | null>(null);
  return (
    <>
      <Shelf
        about={t("prompts_about")}
        add={t("new_prompt")}
        onAdd={() => setEdited("new")}
        things={data}
        error={error}
        retry={() => void refetch()}
        empty={{ icon: <TextQuote />, title: t("no_prompts"), text: t("no_prompts_text") }}
      >
        {(prompt) => (
          <Card
            kind="prompts"
            id={prompt.id}
            name={prompt.name}
            text={prompt.text}
            mine={prompt.is_mine}
            shared={prompt.shared}
            onEdit={() => setEdited(prompt)}
          >
            <VariableNames names={prompt.variables} />
          </Card>
        )}
      </Shelf>
      {edited ? (
        <PromptEditor prompt={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      ) : null}
    </>
  );
}
