import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Select, TextArea, TextField } from "@/components/field";
import { EFFORTS } from "@/features/settings";
import { useInstalledModels } from "../models/queries";
import type { Draft, Faults, Message } from "./draft";

interface FormProps {
  draft: Draft;
  faults: Faults;
  change: (part: Partial<Draft>) => void;
}

const ROLES: readonly Message["role"][] = ["user", "assistant", "developer", "system"];

/** The fields of a request. */
export function Form({ draft, faults, change }: FormProps) {
  const { t } = useTranslation("console");
  const levels = useTranslation("settings").t;
  const models = useInstalledModels();
  const chat = (models.data ?? []).filter(
    ({ id, earthshine: { abilities, alias_of } }) =>
      abilities.includes("chat") && (!alias_of || id === draft.model),
  );
  const known = chat.some((model) => model.id === draft.model);
  const fault = (name: keyof Draft) => (faults[name] ? t(faults[name]) : null);
  return (
    <div className="flex flex-col gap-4">
      <Select
        label={t("model")}
        value={draft.model}
        onChange={(event) => change({ model: event.target.value })}
      >
        {known ? null : <option value={draft.model}>{draft.model}</option>}
        {chat.map((model) => (
          <option key={model.id} value={model.id}>
            {model.earthshine.alias_of ? `${model.id} (${model.earthshine.alias_of})` : model.id}
          </option>
        ))}
      </Select>
      <TextArea
        label={t("instructions")}
        rows={2}
        value={draft.instructions}
        onChange={(event) => change({ instructions: event.target.value })}
      />
      <Messages
        messages={draft.messages}
        fault={fault("messages")}
        change={(messages) => change({ messages })}
      />
      <div className="grid grid-cols-2 gap-3">
        {(["temperature", "top_p", "max_output_tokens"] as const).map((name) => (
          <TextField
            key={name}
            label={t(`param_${name}`)}
            inputMode="decimal"
            placeholder={t("param_default")}
            value={draft[name]}
            error={fault(name)}
            onChange={(event) => change({ [name]: event.target.value })}
          />
        ))}
        <Select
          label={t("param_reasoning_effort")}
          value={draft.reasoning_effort}
          onChange={(event) => change({ reasoning_effort: event.target.value })}
        >
          <option value="">{t("param_default")}</option>
          {EFFORTS.map((each) => (
            <option key={each} value={each}>
              {levels(`effort_${each}`)}
            </option>
          ))}
        </Select>
      </div>
      {(["tools", "schema", "other"] as const).map((name) => (
        <details
          key={name}
          open={draft[name] !== "" || undefined}
          className="rounded-xl border border-line px-4 py-2"
        >
          <summary className="py-1 font-medium">{t(`${name}_json`)}</summary>
          <div className="pb-2">
            <TextArea
              label={t(`${name}_json`)}
              hidden
              dir="ltr"
              rows={6}
              spellCheck={false}
              className="font-mono text-sm"
              placeholder={EXAMPLES[name]}
              hint={t(`${name}_json_hint`)}
              value={draft[name]}
              error={fault(name)}
              onChange={(event) => change({ [name]: event.target.value })}
            />
          </div>
        </details>
      ))}
    </div>
  );
}

const EXAMPLES = {
  tools: `[{"type": "function", "name": "weather",\n  "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}]`,
  schema: `{"type": "object", "properties": {"answer": {"type": "string"}},\n "required": ["answer"], "additionalProperties": false}`,
  other: `{"metadata": {"test": "1"}}`,
} as const;

function Messages({
  messages,
  fault,
  change,
}: {
  messages: Message[];
  fault: string | null;
  change: (messages: Message[]) => void;
}) {
  const { t } = useTranslation("console");
  const put = (index: number, part: Partial<Message>) =>
    change(messages.map((message, at) => (at === index ? { ...message, ...part } : message)));
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="pb-1 text-sm font-medium">{t("messages")}</legend>
      {messages.map((message, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages have no id; they are only added at the end and taken out
        <div key={index} className="rounded-xl border border-line bg-surface p-2">
          <div className="flex items-center justify-between gap-2 pb-1">
            <div className="w-40">
              <Select
                label={t("message_role", { n: index + 1 })}
                hidden
                value={message.role}
                onChange={(event) => put(index, { role: event.target.value as Message["role"] })}
              >
                {ROLES.map((role) => (
                  <option key={role} value={role}>
                    {t(`item_${role}`)}
                  </option>
                ))}
              </Select>
            </div>
            {messages.length > 1 ? (
              <IconButton
                label={t("message_remove", { n: index + 1 })}
                onClick={() => change(messages.filter((_, at) => at !== index))}
              >
                <Trash2 />
              </IconButton>
            ) : null}
          </div>
          <TextArea
            label={t("message_text", { n: index + 1 })}
            hidden
            rows={3}
            value={message.content}
            error={index === messages.length - 1 ? fault : null}
            onChange={(event) => put(index, { content: event.target.value })}
          />
        </div>
      ))}
      <div>
        <Button
          size="small"
          onClick={() =>
            change([
              ...messages,
              { role: messages.at(-1)?.role === "user" ? "assistant" : "user", content: "" },
            ])
          }
        >
          <Plus className="size-4" aria-hidden />
          {t("message_add")}
        </Button>
      </div>
    </fieldset>
  );
}
