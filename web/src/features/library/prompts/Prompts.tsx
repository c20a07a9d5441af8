import { TextQuote } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "@/components/overlays/toast";
import { errorText } from "@/lib/errors/texts";
import { Card } from "../Card";
import { ItemList } from "../ItemList";
import { type Prompt, useLibrary, useSaveItem } from "../queries";
import { PromptEditor } from "./PromptEditor";
import { VariableNames } from "./VariableNames";

const EXAMPLES = ["meeting", "mail", "simple", "code"] as const;

const onError = (thrown: unknown) => toast(errorText(thrown), { kind: "error" });

/** Texts to begin with, which the composer inserts. */
export function Prompts() {
  const { t } = useTranslation("library");
  const { data, error, refetch } = useLibrary("prompts");
  const [edited, setEdited] = useState<Prompt | "new" | null>(null);
  const { mutate: make } = useSaveItem("prompts");
  const examples = EXAMPLES.map((key) => {
    const fields = { name: t(`example_${key}`), text: t(`example_${key}_text`, { skipInterpolation: true }) };
    const said = { onSuccess: () => toast(t("saved")), onError };
    return { ...fields, onTake: () => make({ id: null, fields }, said) };
  });
  return (
    <>
      <ItemList
        about={t("prompts_about")}
        add={t("new_prompt")}
        onAdd={() => setEdited("new")}
        things={data}
        error={error}
        retry={() => void refetch()}
        empty={{ icon: <TextQuote />, title: t("no_prompts"), text: t("no_prompts_text") }}
        examples={examples}
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
      </ItemList>
      {edited ? (
        <PromptEditor prompt={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      ) : null}
    </>
  );
}
