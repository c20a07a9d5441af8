import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextArea, TextField } from "@/components/field";
import { Empty, Failure, Loading } from "@/components/states";
import { ranked } from "@/features/palette";
import { ALIGNED, cx } from "@/lib/class-names";
import { type Prompt, useLibrary } from "./queries";
import { fill } from "./variables";

interface Props {
  onInsert: (text: string) => void;
  onClose: () => void;
}

/** Finds a prompt, asks for its variables, and hands over the text. */
export default function PromptPicker({ onInsert, onClose }: Props) {
  const { t } = useTranslation("library");
  const { data: prompts, error, refetch } = useLibrary("prompts");
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<Prompt | null>(null);
  function insert(text: string) {
    onClose();
    // After the dialog has given the focus back.
    setTimeout(() => onInsert(text), 0);
  }
  if (chosen) return <Variables prompt={chosen} onInsert={insert} onClose={onClose} />;
  const choose = (prompt: Prompt) => (prompt.variables.length ? setChosen(prompt) : insert(prompt.text));
  const shown = typed.trim()
    ? ranked(typed, prompts ?? [], (each) => `${each.name} ${each.text}`)
    : (prompts ?? []);
  return (
    <Dialog title={t("insert_prompt")} onClose={onClose}>
      {error ? <Failure error={error} retry={() => void refetch()} /> : null}
      {!prompts && !error ? <Loading /> : null}
      {prompts?.length === 0 ? (
        <Empty
          title={t("no_prompts")}
          text={t("no_prompts_text")}
          action={
            <Link href="/library/prompts" onClick={onClose} className="text-accent underline">
              {t("new_prompt")}
            </Link>
          }
        />
      ) : null}
      {prompts?.length ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (shown[0]) choose(shown[0]);
          }}
          className="flex flex-col gap-3"
        >
          <TextField
            label={t("find_prompt")}
            hidden
            placeholder={t("find_prompt")}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
          <ul className="-mx-2">
            {shown.map((prompt) => (
              <li key={prompt.id}>
                <button
                  type="button"
                  onClick={() => choose(prompt)}
                  className="w-full rounded-lg px-3 py-2 text-start hover:bg-hover"
                >
                  <span dir="auto" className={cx("block font-medium", ALIGNED)}>
                    {prompt.name}
                  </span>
                  <span dir="auto" className={cx("line-clamp-2 text-sm text-ink-soft", ALIGNED)}>
                    {prompt.text}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          <p role="status" className={shown.length ? "sr-only" : "text-ink-soft"}>
            {t("prompts_found", { count: shown.length })}
          </p>
        </form>
      ) : null}
    </Dialog>
  );
}

function Variables({ prompt, onInsert, onClose }: { prompt: Prompt } & Props) {
  const { t } = useTranslation("library");
  const shell = useTranslation("shell").t;
  const [values, setValues] = useState<Record<string, string>>({});
  function submit(event: FormEvent) {
    event.preventDefault();
    onInsert(fill(prompt.text, values));
  }
  return (
    <Dialog
      title={prompt.name}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{shell("cancel")}</Button>
          <Button type="submit" form="prompt-variables" look="primary">
            {t("insert")}
          </Button>
        </>
      }
    >
      <form id="prompt-variables" onSubmit={submit} className="flex flex-col gap-3">
        {prompt.variables.map((name, index) => (
          <TextArea
            key={name}
            label={name}
            rows={2}
            required
            autoFocus={index === 0}
            value={values[name] ?? ""}
            onChange={(event) => setValues({ ...values, [name]: event.target.value })}
          />
        ))}
      </form>
    </Dialog>
  );
}
